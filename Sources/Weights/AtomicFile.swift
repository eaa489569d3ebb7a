#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Writes a file so that its path holds either the old contents or the whole new ones.
///
/// A file that is replaced keeps its mode and owner, and the links that lead to it. What is no file, such
/// as a device or a pipe, is written to and stays what it is.
package enum AtomicFile {
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
    let target = target(of: path)
    var facts = stat()
    let isThere = stat(target, &facts) == 0
    guard isThere else { return try writeNew(target, path, existing, mode: nil, body) }
    switch facts.st_mode & S_IFMT {
    case S_IFDIR: throw FileError(.isDirectory, path: path)
    case S_IFREG where existing == .kept: throw FileError(.exists, path: path)
    case S_IFREG where facts.st_nlink == 1: try writeNew(target, path, existing, mode: facts, body)
    default: try writeInPlace(target, path, body)
    }
  }

  /// Writes `bytes` as the whole contents of `path`.
  package static func write(
    _ bytes: [UInt8], to path: String, existing: Existing = .replaced
  ) throws {
    try write(to: path, existing: existing) { append in
      var failure: FileError?
      bytes.withUnsafeBytes { buffer in
        do throws(FileError) { try append(buffer) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  /// Where the links that a path may consist of lead, also to a file that is not there yet.
  private static func target(of path: String) -> String {
    var target = path
    for _ in 0..<40 {
      var bytes: [CChar] = Array(repeating: 0, count: Int(PATH_MAX) + 1)
      let count = readlink(target, &bytes, Int(PATH_MAX))
      guard count > 0 else { break }
      let link = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let folder = target.lastIndex(of: "/").map { target[...$0] } ?? ""
      target = link.hasPrefix("/") ? link : folder + link
    }
    return target
  }

  private static func writeNew(
    _ target: String, _ path: String, _ existing: Existing, mode facts: stat?,
    _ body: (Append) throws -> Void
  ) throws {
    let temporary = "\(target).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    do {
      if let facts {
        // Only root can give a file away; to others it is theirs already, or becomes so.
        _ = fchown(descriptor, facts.st_uid, facts.st_gid)
        fchmod(descriptor, facts.st_mode & 0o7777)
      }
      try body { (bytes) throws(FileError) in try append(bytes, to: descriptor, path: path) }
      guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, try place(temporary, target, path, existing) else {
      let failure = failure(path)
      unlink(temporary)
      throw failure
    }
  }

  /// Gives a finished file its name; false where the system refuses.
  private static func place(
    _ temporary: String, _ target: String, _ path: String, _ existing: Existing
  ) throws(FileError) -> Bool {
    guard existing == .kept else { return rename(temporary, target) == 0 }
    // A link never takes the place of a file that somebody has made meanwhile.
    if link(temporary, target) == 0 { return unlink(temporary) == 0 }
    if errno == EEXIST {
      unlink(temporary)
      throw FileError(.exists, path: path)
    }
    return rename(temporary, target) == 0
  }

  /// Writes a file that has several names, or what is no file.
  private static func writeInPlace(
    _ target: String, _ path: String, _ body: (Append) throws -> Void
  ) throws {
    let descriptor = open(target, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    do {
      try body { (bytes) throws(FileError) in try append(bytes, to: descriptor, path: path) }
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw failure(path) }
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
  }

  /// The system's last error about a path.
  private static func failure(_ path: String) -> FileError {
    FileError(.notWritable, path: path, found: systemMessage())
  }
}

/// The system's `write`, out of reach of the methods that share its name.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
