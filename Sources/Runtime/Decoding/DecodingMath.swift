/// Exponential and logarithm with the same bits on every machine, for choices that are recorded.
package enum DecodingMath {
  /// `e^x` within a few units in the last place.
  package static func exp(_ x: Double) -> Double {
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

  /// The natural logarithm of a positive number, by Newton's method on ``exp(_:)``.
  package static func log(_ x: Double) -> Double {
    guard x > 0 else { return -.infinity }
    let ln2 = 0.693147180559945309
    var y = Double(x.exponent) * ln2
    let fraction = x.significand
    var correction = fraction - 1
    for _ in 0..<6 { correction -= 1 - fraction * exp(-correction) }
    y += correction
    return y
  }

  /// `log softmax(logits)[token]`.
  static func logProbability(of token: Int, _ logits: ArraySlice<Double>) -> Double {
    guard let largest = logits.max(), token >= 0, token < logits.count else { return -.infinity }
    let total = logits.reduce(0) { $0 + exp($1 - largest) }
    return logits[logits.startIndex + token] - largest - log(total)
  }
}
