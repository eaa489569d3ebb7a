import Tensors

/// Chooses tokens from logits: greedy, or at random with a temperature and cuts.
///
/// In this order: the repetition penalty, the temperature, then the cuts `topK`, `topP` and `minP`;
/// what is left is drawn by its probabilities. A draw depends on logits, history, seed, row key and
/// position alone, so a row draws the same whatever its batch and the size of blocks.
///
/// - Source: nucleus sampling (arXiv 1904.09751), min-p (arXiv 2407.01082), repetition penalty
///   (arXiv 1909.05858).
public struct TokenSampler: Hashable, Sendable {
  /// What logits are divided by; 0 is greedy.
  public var temperature: Double
  /// Only this many of the likeliest tokens.
  public var topK: Int?
  /// Only the likeliest tokens that together have this probability.
  public var topP: Double?
  /// Only tokens of at least this share of the likeliest one's probability.
  public var minP: Double?
  /// What logits of tokens in the history are divided by if positive, multiplied by if negative.
  public var repetitionPenalty: Double
  /// The seed of the draws.
  public var seed: UInt64

  /// Makes a sampler; without arguments it is greedy.
  public init(
    temperature: Double = 0, topK: Int? = nil, topP: Double? = nil, minP: Double? = nil,
    repetitionPenalty: Double = 1, seed: UInt64 = 0
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.seed = seed
  }

  /// The likeliest token at every position.
  public static let greedy = TokenSampler()

  /// A token for one row at one position; of equal logits the lowest token counts as likelier, and NaN
  /// as the least likely.
  ///
  /// - Precondition: there is at least one logit.
  public func sample(
    _ logits: [Double], rowKey: UInt32, position: Int, history: [Int] = []
  ) -> Int {
    let scores = scores(logits, history)
    guard temperature > 0 else { return Self.likeliest(scores) }
    return draw(weights(scores), rowKey: rowKey, position: position)
  }

  /// The tokens that could be drawn, likeliest first, and how likely each is then; of a greedy sampler the one
  /// that it takes.
  ///
  /// - Precondition: there is at least one logit.
  public func candidates(
    _ logits: [Double], history: [Int] = []
  ) -> [(token: Int, probability: Double)] {
    let scores = scores(logits, history)
    guard temperature > 0 else { return [(Self.likeliest(scores), 1)] }
    let kept = weights(scores)
    let total = kept.reduce(0) { $0 + $1.weight }
    return kept.map { ($0.token, $0.weight / total) }
  }

  /// Logits as they count: NaN last, with the penalty.
  private func scores(_ logits: [Double], _ history: [Int]) -> [Double] {
    var scores = logits.map { $0.isNaN ? -.infinity : $0 }
    guard repetitionPenalty != 1 else { return scores }
    for token in Set(history) where scores.indices.contains(token) {
      let score = scores[token]
      scores[token] = score > 0 ? score / repetitionPenalty : score * repetitionPenalty
    }
    return scores
  }

  /// The place of the largest score, of equal ones the first.
  private static func likeliest(_ scores: [Double]) -> Int {
    scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
  }

  /// The places of the largest scores, in their order, of equal ones the first; the others are not sorted
  /// while few are requested.
  package static func likeliest(_ scores: [Double], _ count: Int) -> [Int] {
    func isLikelier(_ a: Int, _ b: Int) -> Bool {
      scores[a] == scores[b] ? a < b : scores[a] > scores[b]
    }
    guard count < scores.count / 8 else {
      return Array(scores.indices.sorted(by: isLikelier).prefix(count))
    }
    guard count > 0 else { return [] }
    var best: [Int] = []
    best.reserveCapacity(count + 1)
    for token in scores.indices {
      if best.count == count {
        guard isLikelier(token, best[count - 1]) else { continue }
        best.removeLast()
      }
      // Those before it are likelier.
      var (low, high) = (0, best.count)
      while low < high {
        let middle = (low + high) / 2
        if isLikelier(best[middle], token) { low = middle + 1 } else { high = middle }
      }
      best.insert(token, at: low)
    }
    return best
  }

  /// The tokens that the cuts leave, with their weights, likeliest first.
  private func weights(_ scores: [Double]) -> [(token: Int, weight: Double)] {
    let order = Self.likeliest(scores, max(1, topK ?? scores.count))
    let best = scores[order[0]]
    var kept = order.map { ($0, DecodingMath.exp((scores[$0] - best) / temperature)) }
    if let topP {
      let total = kept.reduce(0) { $0 + $1.1 }
      var sum = 0.0
      let end = kept.firstIndex { entry in
        sum += entry.1
        return sum >= topP * total
      }
      kept = Array(kept.prefix((end ?? kept.count - 1) + 1))
    }
    if let minP { kept = kept.filter { $0.1 >= minP * kept[0].1 } }
    return kept.map { (token: $0.0, weight: $0.1) }
  }

  private func draw(
    _ kept: [(token: Int, weight: Double)], rowKey: UInt32, position: Int
  ) -> Int {
    let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let counter = SIMD4(rowKey, UInt32(truncatingIfNeeded: position), 0, 0x00DE_C0DE)
    let words = Philox.words(key: key, counter: counter)
    var rest = Double(Philox.uniform(words[0])) * kept.reduce(0) { $0 + $1.weight }
    for (token, weight) in kept {
      rest -= weight
      if rest < 0 { return token }
    }
    return kept[kept.count - 1].token
  }
}
