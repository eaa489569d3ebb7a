/// A stream of random numbers for host-side uses (initial weights, test data), keyed by a seed and a
/// name, so that its draws do not depend on any other stream.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private var block: UInt64 = 0
  private var words: SIMD4<UInt32> = .zero
  private var used = 4

  /// Starts the stream of a seed and a name.
  public init(seed: UInt64, name: String = "") {
    let folded =
      UInt32(truncatingIfNeeded: seed) ^ UInt32(truncatingIfNeeded: seed >> 32) &* 0x9E37_79B9
    key = SIMD2(folded, Philox.hash(name))
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      let low = UInt32(truncatingIfNeeded: block)
      let high = UInt32(truncatingIfNeeded: block >> 32)
      words = Philox.words(key: key, counter: SIMD4(low, high, 0, 0x5EED))
      block += 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return low | UInt64(nextWord()) << 32
  }

  /// A uniform double in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A standard normal double, by the inverse of the normal distribution function.
  public mutating func normal() -> Double {
    NormalDistribution.quantile(max(uniform(), 0x1p-54))
  }

  /// The single nearest to the next ``normal()``, found without its last digits where they do not matter.
  package mutating func normalSingle() -> Float {
    let p = max(uniform(), 0x1p-54)
    let bounds = NormalDistribution.quickQuantile(p)
    let (low, high) = (Float(bounds.lower), Float(bounds.upper))
    return low == high ? low : Float(NormalDistribution.quantile(p))
  }
}
