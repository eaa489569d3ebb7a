/// One step of the hash FNV-1a, in its widths of 32 and 64 bits.
///
/// It is equal on every machine and cheap; it is no defence against deliberate collisions.
///
/// - Source: RFC 9923.
package enum FNV1a {
  /// The hash of nothing, of 32 bits.
  package static let empty32: UInt32 = 0x811C_9DC5
  /// The hash of nothing, of 64 bits.
  package static let empty64: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash with one more word, a byte as published.
  @inlinable package static func adding(_ word: UInt32, to hash: UInt32) -> UInt32 {
    (hash ^ word) &* 0x0100_0193
  }

  /// The hash with one more word, a byte as published.
  @inlinable package static func adding(_ word: UInt64, to hash: UInt64) -> UInt64 {
    (hash ^ word) &* 0x0000_0100_0000_01B3
  }

  /// The hash of bytes, of 32 bits.
  package static func hash32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(empty32) { adding(UInt32($1), to: $0) }
  }
}
