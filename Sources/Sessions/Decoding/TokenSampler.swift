import Tensors

/// Draws tokens from logits.
package struct TokenSampler: Sendable {
  /// Greedy if nil or 0, unless `topK` is given.
  package var temperature: Double?
  package var topK: Int?
  package var seed: UInt64

  package init(temperature: Double? = nil, topK: Int? = nil, seed: UInt64 = 0) {
    self.temperature = temperature
    self.topK = topK
    self.seed = seed
  }

  /// A token for one row at one position; it depends on nothing else.
  package func sample(_ scores: [Double], row: Int, position: Int) -> Int {
    let logits = scores.map { $0.isNaN ? -Double.infinity : $0 }
    let order = logits.indices.sorted { a, b in
      logits[a] == logits[b] ? a < b : logits[a] > logits[b]
    }
    guard let best = order.first else { return 0 }
    let heat = temperature ?? (topK == nil ? 0 : 1)
    guard heat > 0 else { return best }
    let kept = order.prefix(topK ?? order.count)
    let weights = kept.map { Exponential.of((logits[$0] - logits[best]) / heat) }
    let total = weights.reduce(0, +)
    let words = Philox.words(
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)),
      counter: SIMD4(
        UInt32(truncatingIfNeeded: row), UInt32(truncatingIfNeeded: position), 0, 0xDEC0DE))
    var rest = Double(Philox.uniform(words[0])) * total
    for (token, weight) in zip(kept, weights) {
      rest -= weight
      if rest < 0 { return token }
    }
    return kept.last ?? best
  }
}

/// `e^x`, the same on every machine.
enum Exponential {
  static func of(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    let halvings = 10
    let small = x / Double(1 << halvings)
    var term = 1.0
    var sum = 1.0
    for n in 1...16 {
      term *= small / Double(n)
      sum += term
    }
    for _ in 0..<halvings { sum *= sum }
    return sum
  }
}
