internal import Diagnostics
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How a reader gets at the file behind a path: from the disk, or from what a session keeps.
package typealias FileOpener = (String) throws -> ByteFile

/// The bytes of a file, read piece by piece on demand.
///
/// Pieces are read and not mapped: a mapped file that is truncated meanwhile would kill the
/// process. Pipes are read whole, once, at opening. Whoever waits for a slow disk, or for a pipe that
/// no process writes to, can stop that.
package final class ByteFile: Sendable {
  /// The path as the user gave it.
  package let path: String
  /// The number of bytes.
  package let count: Int
  private let source: Source
  private let asksToStop: @Sendable () -> Bool

  private enum Source {
    case descriptor(Int32)
    case memory([UInt8])
  }

  /// What a pipe may deliver before it is taken to be endless.
  private static let pipeLimit = 1 << 30
  /// What is read before asking again whether to go on: some hundredths of a second.
  private static let pieceBytes = 1 << 24
  private static let waitMilliseconds: Int32 = 100

  /// Opens a file for reading; `isStopped` is polled; true ends with
  /// `FileError` `.stopped`.
  package init(
    path: String, isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws(FileError) {
    // Opening a pipe does not wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw ByteFile.openingError(path) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else {
      close(descriptor)
      throw FileError(.notReadable, path: path, note: systemMessage())
    }
    self.path = path
    asksToStop = isStopped
    switch facts.st_mode & S_IFMT {
    case S_IFREG:
      count = Int(facts.st_size)
      source = .descriptor(descriptor)
    case S_IFDIR:
      close(descriptor)
      throw FileError(.isDirectory, path: path)
    default:
      defer { close(descriptor) }
      let bytes = try ByteFile.contents(of: descriptor, path: path, isStopped)
      count = bytes.count
      source = .memory(bytes)
    }
  }

  /// Wraps bytes that are in memory already; `name` stands for the path in messages.
  package init(bytes: [UInt8], name: String = "data") {
    path = name
    count = bytes.count
    source = .memory(bytes)
    asksToStop = { false }
  }

  /// Whether reading was cancelled.
  package var isStopped: Bool { asksToStop() }

  deinit {
    if case .descriptor(let descriptor) = source { close(descriptor) }
  }

  /// The bytes in `range`.
  ///
  /// - Precondition: the range is not negative; one that ends behind the file throws.
  package func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    // Checked before allocating: lengths come from files that may lie.
    guard range.upperBound <= count else { throw FileError(.tooShort, path: path) }
    do { try MemoryBudget.standard.require(range.count, for: "its contents") } catch {
      throw FileError(.notReadable, path: path, note: "\(error)")
    }
    var bytes: [UInt8] = Array(repeating: 0, count: range.count)
    var failure: FileError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(FileError) { try read(at: range.lowerBound, into: buffer) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// All bytes.
  package func readAll() throws(FileError) -> [UInt8] {
    if case .memory(let bytes) = source { return bytes }
    return try read(0..<count)
  }

  /// Fills `buffer` with the bytes from `offset` on.
  package func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(FileError) {
    precondition(offset >= 0, "Bytes cannot be read from before the start of a file.")
    guard offset <= count, buffer.count <= count - offset else {
      throw FileError(.tooShort, path: path)
    }
    switch source {
    case .memory(let bytes):
      bytes.withUnsafeBytes {
        buffer.copyBytes($0, offset..<offset + buffer.count)
      }
    case .descriptor(let descriptor):
      var done = 0
      while done < buffer.count {
        guard !isStopped else { throw FileError(.stopped, path: path) }
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: buffer[done...].prefix(ByteFile.pieceBytes))
        let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw FileError(.notReadable, path: path, note: systemMessage()) }
        guard got > 0 else { throw FileError(.tooShort, path: path) }
        done += got
      }
    }
  }

  private static func contents(
    of descriptor: Int32, path: String, _ isStopped: () -> Bool
  ) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece: [UInt8] = Array(repeating: 0, count: 1 << 16)
    while true {
      guard !isStopped() else { throw FileError(.stopped, path: path) }
      // Until there is something to read, or the writer has closed it.
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&wait, 1, waitMilliseconds)
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      let got = readSome(descriptor, &piece, piece.count)
      if got < 0, errno == EINTR || errno == EAGAIN { continue }
      guard got >= 0 else { throw FileError(.notReadable, path: path, note: systemMessage()) }
      guard got > 0 else { return bytes }
      bytes.append(contentsOf: piece[..<got])
      guard bytes.count <= pipeLimit else { throw FileError(.tooLong, path: path) }
    }
  }

  private static func openingError(_ path: String) -> FileError {
    let code = errno
    guard code == ENOENT || code == ENOTDIR else {
      return FileError(.notReadable, path: path, note: systemMessage(code))
    }
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let folder = String(path[..<cut])
    let nearest = NearestName.of(
      String(path[cut...]), among: names(in: folder.isEmpty ? "." : folder))
    return FileError(
      .notFound, path: path, suggestion: nearest.map { "did you mean \(folder)\($0)?" })
  }

  /// The names in a folder; none if it cannot be read.
  private static func names(in folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle), names.count < 1000 {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names.sorted()
  }
}

/// The system's `read`, out of reach of the methods that share its name.
private func readSome(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}

/// What the system says about an error number.
func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
