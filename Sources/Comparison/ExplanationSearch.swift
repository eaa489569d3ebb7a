/// Looks for what explains the differences of two arrays.
enum ExplanationSearch {
  /// What is looked for, simplest first.
  static let hypotheses: [any Hypothesis] = [
    AxisOrderChange.rows, AxisOrderChange.channels, TimeOrder.rows, ConstantValue(), LinearChange(),
    Clipping(), ValueFunction(), ShiftAndGain(),
    TimeOrder.channels,
  ]

  /// The first explanation of nearly everything, else the one that explains most; and what explains
  /// most of the rest, if anything does.
  static func explanations(of pair: ComparedPair) -> [Explanation] {
    var result: [Explanation] = []
    var pair = pair
    // A change of time and one of values are often met together; three at once are guesswork.
    while result.count < 2, let (found, prediction) = best(of: pair, beside: result) {
      result.append(found)
      guard found.share < 1, found.remaining.differingCount > 0 else { break }
      pair = pair.replacingOffline(prediction.values)
    }
    return result
  }

  private static func best(
    of pair: ComparedPair, beside known: [Explanation]
  ) -> (Explanation, Prediction)? {
    var best: (Explanation, Prediction)?
    for hypothesis in hypotheses {
      for prediction in hypothesis.predictions(for: pair) {
        guard !known.contains(where: { $0.kind == prediction.kind }),
          let found = prediction.explanation(of: pair)
        else { continue }
        if found.share > (best?.0.share ?? 0) { best = (found, prediction) }
      }
      if let best, best.0.share >= Explanation.wholeShare { return best }
    }
    return best
  }
}
