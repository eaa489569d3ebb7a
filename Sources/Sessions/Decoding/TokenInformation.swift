import Runtime

/// What logits say of tokens: probabilities, and information in bits.
struct TokenInformation {
  private let logits: [Double]
  private let largest: Double
  private let logTotal: Double
  /// `-Σ p log2 p`.
  let entropy: Double

  private static let ln2 = 0.693147180559945309

  /// NaN counts as a token that is never next.
  init(_ logits: [Double]) {
    self.logits = logits
    let largest = logits.reduce(-.infinity) { $1 > $0 ? $1 : $0 }
    var (total, weighted) = (0.0, 0.0)
    for logit in logits where logit.isFinite {
      let weight = DecodingMath.exp(logit - largest)
      total += weight
      weighted += weight * (logit - largest)
    }
    self.largest = largest
    logTotal = DecodingMath.log(total)
    entropy = max(0, (logTotal - weighted / total) / Self.ln2)
  }

  /// `softmax(logits)[token]`.
  func probability(of token: Int) -> Double {
    guard logits.indices.contains(token), logits[token].isFinite else { return 0 }
    return DecodingMath.exp(logits[token] - largest - logTotal)
  }

  /// `-log2` of the probability.
  func surprise(of token: Int) -> Double {
    guard logits.indices.contains(token), logits[token].isFinite else { return .infinity }
    return (largest + logTotal - logits[token]) / Self.ln2
  }

  /// The place of a token among all by its logit, from 1; of equal ones the lower token comes first.
  func rank(of token: Int) -> Int {
    let own = logits[token]
    return 1 + logits.indices.count { logits[$0] > own || logits[$0] == own && $0 < token }
  }

  /// `Σ p log2 (p / q)` for the probabilities `q` of other logits.
  func divergence(from other: TokenInformation) -> Double {
    logits.indices.reduce(0) { sum, token in
      let p = probability(of: token)
      return p > 0 ? sum + p * (other.surprise(of: token) - surprise(of: token)) : sum
    }
  }
}
