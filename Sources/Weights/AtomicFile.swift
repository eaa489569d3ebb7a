#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Writes a file so that its path holds either the old contents or the whole new ones.
package enum AtomicFile {
  /// Writes what `body` passes to its argument, piece by piece, then puts it in place of `path`.
  package static func write(
    to path: String, _ body: ((UnsafeRawBufferPointer) throws(FileError) -> Void) throws -> Void
  ) throws {
    let temporary = "\(path).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError(.notWritable, path: path, found: systemMessage())
    }
    do {
      try body { (bytes) throws(FileError) in try append(bytes, to: descriptor, path: path) }
      guard fsync(descriptor) == 0 || errno == EINVAL else {
        throw FileError(.notWritable, path: path, found: systemMessage())
      }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let reason = systemMessage()
      unlink(temporary)
      throw FileError(.notWritable, path: path, found: reason)
    }
  }

  /// Writes `bytes` as the whole contents of `path`.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { append in
      var failure: FileError?
      bytes.withUnsafeBytes { buffer in
        do throws(FileError) { try append(buffer) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  private static func append(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = writeSome(descriptor, rest)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw FileError(.notWritable, path: path, found: systemMessage())
      }
      done += written
    }
  }
}

/// The system's `write`, out of reach of the methods that share its name.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
