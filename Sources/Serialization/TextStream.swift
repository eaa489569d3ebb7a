internal import Diagnostics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A stream of this process that text leaves by.
///
/// A name, a path or a typed line may hold anything; control characters are written as escapes.
/// What cannot be written is an error, never silence.
package struct TextStream: Sendable {
  package static let output = TextStream(descriptor: STDOUT_FILENO, name: "standard output")
  package static let errors = TextStream(descriptor: STDERR_FILENO, name: "standard error")

  private let descriptor: Int32
  private let name: String

  /// Writes text as it may be shown.
  package func write(_ text: String) throws(FileError) {
    try write(bytes: Array(text.visible.utf8))
  }

  /// Writes bytes as they are.
  package func write(bytes: [UInt8]) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { writeSome(descriptor, $0) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { waitUntilWritable() } else if count <= 0 { throw failure() }
      rest = rest.dropFirst(max(0, count))
    }
  }

  private func failure() -> FileError {
    FileError(.notWritable, path: name, note: systemMessage())
  }

  private func waitUntilWritable() {
    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&wait, 1, -1)
  }

  /// Makes a closed pipe or a limit of size an error of `write`, and keeps files that are opened from
  /// taking the place of a standard stream that is closed.
  package static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // Not for writing: a closed pipe has no reader.
      _ = open("/dev/null", O_RDONLY)
    }
  }
}

/// The system's `write`, out of reach of the methods that share its name.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
