/// The counter-based random generator Philox 4×32 with 10 rounds.
///
/// A draw is a pure function of a key and a counter, so it does not depend on the order, the block
/// or the thread in which it is made.
///
/// - Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public enum Philox {
  /// Four random words for a key and a counter.
  public static func words(
    key: SIMD2<UInt32>, counter: SIMD4<UInt32>
  ) -> SIMD4<UInt32> {
    var (key, x) = (key, counter)
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) * UInt64(x[0])
      let second = UInt64(0xCD9E_8D57) * UInt64(x[2])
      let high = (UInt32(first >> 32), UInt32(second >> 32))
      x = SIMD4(
        high.1 ^ x[1] ^ key[0], UInt32(truncatingIfNeeded: second),
        high.0 ^ x[3] ^ key[1], UInt32(truncatingIfNeeded: first))
      key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return x
  }

  /// A stable 32-bit hash of a name (FNV-1a), used to give every layer path its own key.
  public static func hash(_ name: String) -> UInt32 {
    FNV1a.hash32(name.utf8)
  }

  /// A uniform single in [0, 1) from the upper 24 bits of a word.
  public static func uniform(_ word: UInt32) -> Float { Float(word >> 8) * 0x1p-24 }
}
