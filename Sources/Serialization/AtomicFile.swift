import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Writes a file so that its path holds either the old contents or the whole new ones.
///
/// A file that is there keeps its permissions, its owner and its links, symbolic and hard. What is no file,
/// such as a pipe or a device, is written to as it is.
package enum AtomicFile {
  /// The new contents that have no name of their own yet.
  private static let unfinished = Mutex<Set<String>>([])

  /// Removes what is being written; for a program that ends at once.
  package static func removeUnfinished() {
    unfinished.withLock { $0.forEach { unlink($0) } }
  }

  /// What a new file may do to one that is there.
  package enum Existing: Sendable {
    case replaced, kept
  }

  /// What a body calls with each piece.
  package typealias Append = (UnsafeRawBufferPointer) throws(FileError) -> Void

  /// Writes what `body` passes to its argument, piece by piece, then puts it in place of `path`.
  ///
  /// - Throws: ``FileError`` `.exists` for a file that is there and is to be kept.
  package static func write(
    to path: String, existing: Existing = .replaced, _ body: (Append) throws -> Void
  ) throws {
    let target = try WriteTarget(path)
    guard target.isPlainOrNew else {
      let descriptor = open(target.place, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure(path) }
      defer { close(descriptor) }
      return try body { (bytes) throws(FileError) in try append(bytes, to: descriptor, path: path) }
    }
    if existing == .kept, target.old != nil { throw FileError(.exists, path: path) }
    let temporary = "\(target.place).\(getpid()).part"
    // Left by a program of this number that is gone; a link at that place is not followed.
    unlink(temporary)
    unfinished.withLock { _ = $0.insert(temporary) }
    defer { unfinished.withLock { _ = $0.remove(temporary) } }
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    do {
      try body { (bytes) throws(FileError) in try append(bytes, to: descriptor, path: path) }
      if let old = target.old {
        // Who may not give files away keeps the new one.
        _ = fchown(descriptor, old.st_uid, old.st_gid)
        _ = fchmod(descriptor, old.st_mode & 0o7777)
      }
      guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
      if let old = target.old, old.st_nlink > 1 {
        try copy(descriptor, over: target.place, path: path)
        unlink(temporary)
      } else {
        try place(temporary, target.place, path, existing)
      }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// What is written before asking again whether to go on: some hundredths of a second.
  private static let pieceCount = 1 << 24

  /// Writes `bytes` as the whole contents of `path`; `isStopped` is polled; true ends with
  /// ``FileError`` `.stopped`.
  package static func write(
    _ bytes: [UInt8], to path: String, existing: Existing = .replaced,
    isStopped: () -> Bool = { false }
  ) throws {
    try write(to: path, existing: existing) { append in
      var failure: FileError?
      bytes.withUnsafeBytes { buffer in
        do throws(FileError) {
          for start in stride(from: 0, to: buffer.count, by: pieceCount) {
            if isStopped() { throw FileError(.stopped, path: path) }
            let end = min(start + pieceCount, buffer.count)
            try append(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
          }
        } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  /// Gives a finished file its name.
  private static func place(
    _ temporary: String, _ target: String, _ path: String, _ existing: Existing
  ) throws(FileError) {
    if existing == .kept {
      // A link never takes the place of a file that was made meanwhile.
      if link(temporary, target) == 0 {
        unlink(temporary)
        return
      }
      if errno == EEXIST { throw FileError(.exists, path: path) }
    }
    guard rename(temporary, target) == 0 else { throw failure(path) }
  }

  /// Writes over a file that has several names, which a new file in its place would take apart.
  private static func copy(
    _ source: Int32, over place: String, path: String
  ) throws(FileError) {
    let descriptor = open(place, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    let size = lseek(source, 0, SEEK_END)
    // Room for all of it, before any of the old is lost.
    #if canImport(Glibc)
      let status = posix_fallocate(descriptor, 0, max(size, 1))
      guard status == 0 || status == EOPNOTSUPP || status == EINVAL else {
        throw FileError(.notWritable, path: path, note: systemMessage(status))
      }
    #endif
    var piece: [UInt8] = Array(repeating: 0, count: 1 << 20)
    var done: off_t = 0
    while done < size {
      let got = pread(source, &piece, piece.count, done)
      guard got > 0 else { throw failure(path) }
      var problem: FileError?
      piece.withUnsafeBytes { bytes in
        do throws(FileError) {
          try append(.init(rebasing: bytes[..<got]), to: descriptor, path: path)
        } catch { problem = error }
      }
      if let problem { throw problem }
      done += off_t(got)
    }
    guard ftruncate(descriptor, size) == 0, fsync(descriptor) == 0 else { throw failure(path) }
  }

  private static func append(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = writeSome(descriptor, rest)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw failure(path) }
      done += written
    }
    // Large files reach the disk piece by piece, so that no piece and not the end takes long.
    if bytes.count >= pieceCount { fsync(descriptor) }
  }

  private static func failure(_ path: String) -> FileError {
    FileError(.notWritable, path: path, note: systemMessage())
  }
}

/// What a path that is to be written leads to.
private struct WriteTarget {
  /// The path with its links followed, also where the last of them leads to nothing yet.
  let place: String
  /// What is there; nil where there is nothing.
  let old: stat?

  private static let mostLinks = 40

  init(_ path: String) throws(FileError) {
    var place = path
    var links = 0
    while let next = WriteTarget.link(place) {
      links += 1
      guard links <= WriteTarget.mostLinks else {
        throw FileError(.notWritable, path: path, note: systemMessage(ELOOP))
      }
      let folder = place.lastIndex(of: "/").map { String(place[...$0]) } ?? ""
      place = next.hasPrefix("/") ? next : folder + next
    }
    self.place = place
    var facts = stat()
    old = stat(place, &facts) == 0 ? facts : nil
    guard let old else { return }
    if old.st_mode & S_IFMT == S_IFDIR { throw FileError(.isDirectory, path: path) }
    // A new file in its place would get around its being read only.
    guard access(place, W_OK) == 0 else {
      throw FileError(.notWritable, path: path, note: systemMessage())
    }
  }

  var isPlainOrNew: Bool { old.map { $0.st_mode & S_IFMT == S_IFREG } ?? true }

  /// Where a symbolic link leads; nil for anything else.
  private static func link(_ path: String) -> String? {
    var buffer: [UInt8] = Array(repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlink(path, $0, characters.count) } ?? -1
      }
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}

/// The system's `write`, out of reach of the methods that share its name.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
