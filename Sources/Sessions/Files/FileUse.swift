import Runtime

/// A file that a command read: enough to know it again.
package struct FileUse: Hashable, Sendable {
  /// The path as typed.
  package var path: String
  /// The digest of its bytes.
  package var digest: UInt64
  /// How many bytes it has.
  package var byteCount: Int

  package init(path: String, digest: UInt64, byteCount: Int) {
    self.path = path
    self.digest = digest
    self.byteCount = byteCount
  }
}

/// A digest of the bytes of a file, taken piece by piece.
package struct FileDigest {
  private var digest = Digest()
  private var count: UInt64 = 0

  package init() {}

  /// The digest of bytes that are in memory.
  package static func of(_ bytes: [UInt8]) -> UInt64 {
    var digest = FileDigest()
    digest.add(bytes)
    return digest.value
  }

  /// Adds the next piece; every piece but the last has a multiple of 8 bytes.
  package mutating func add(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      let whole = buffer.count / 8
      for word in 0..<whole {
        digest.add(
          UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)))
      }
      for byte in buffer[(whole * 8)...] { digest.add(UInt64(byte) | 0x100) }
    }
    count += UInt64(bytes.count)
  }

  /// The digest of all that was added, and of how much it was.
  package var value: UInt64 {
    var ended = digest
    ended.add(count)
    return ended.value
  }
}
