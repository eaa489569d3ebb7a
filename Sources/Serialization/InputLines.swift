#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The lines of standard input, where that is a pipe or a file.
package struct InputLines {
  private var pending: [UInt8] = []
  private var isAtEnd = false
  private var isInterrupted: () -> Bool

  /// `isInterrupted` is polled when a signal came while nothing did.
  package init(isInterrupted: @escaping () -> Bool = { false }) {
    self.isInterrupted = isInterrupted
  }

  /// The next line with its end, if it has one; nil behind the last.
  ///
  /// - Throws: ``FileError`` where there is nothing that can be read, such as a folder.
  package mutating func next() throws(FileError) -> [UInt8]? {
    while true {
      if let end = pending.firstIndex(of: 0x0A) { return take(end + 1) }
      if isAtEnd { return pending.isEmpty ? nil : take(pending.count) }
      try fill()
    }
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    defer { pending.removeFirst(count) }
    return Array(pending[..<count])
  }

  private mutating func fill() throws(FileError) {
    var piece: [UInt8] = Array(repeating: 0, count: 1 << 16)
    let count = readSome(&piece, piece.count)
    if count < 0, errno == EINTR {
      guard isInterrupted() else { return }
      throw FileError(.notReadable, path: "standard input", note: "stopped by Ctrl-C")
    }
    guard count >= 0 else {
      throw FileError(.notReadable, path: "standard input", note: systemMessage())
    }
    isAtEnd = count == 0
    pending += piece[..<count]
  }

  /// All that is left.
  package mutating func readAll() throws(FileError) -> [UInt8] {
    while !isAtEnd { try fill() }
    return take(pending.count)
  }
}

/// The system's `read`, out of reach of the methods that share its name.
private func readSome(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(STDIN_FILENO, buffer, count)
}
