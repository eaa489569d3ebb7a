/// A digest of bytes, such as those of a file, taken piece by piece.
package struct ByteDigest {
  private var digest = Digest()
  private var count: UInt64 = 0

  package init() {}

  /// The digest of bytes that are in memory.
  package static func of(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes(of) }

  /// The digest of bytes that are in memory.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var digest = ByteDigest()
    digest.add(bytes)
    return digest.value
  }

  /// Adds the next piece; every piece but the last has a multiple of 8 bytes.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let whole = bytes.count / 8
    for word in 0..<whole {
      digest.add(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)))
    }
    for byte in bytes[(whole * 8)...] { digest.add(UInt64(byte) | 0x100) }
    count += UInt64(bytes.count)
  }

  /// The digest of all that was added, and of how much it was.
  package var value: UInt64 {
    var ended = digest
    ended.add(count)
    return ended.value
  }
}
