import Tensors

/// Receptive fields of layers applied one after the other.
enum ReceptiveFieldChain {
  /// Traces every output step of the chain back through its layers, last to first.
  static func compose(_ layers: [any SequenceLayer]) -> ReceptiveFieldPerStep {
    compose(layers.map(\.receptiveFieldPerStep), layers.map(\.outputRatio))
  }

  static func compose(
    _ fields: [ReceptiveFieldPerStep], _ ratios: [Rational]
  ) -> ReceptiveFieldPerStep {
    let composed = ratios.reduce(Rational(1), *)
    return (0..<period(fields, ratios)).map { step in
      trace(step, fields, ratios)?.shifted(by: -(Rational(step) / composed).floor)
    }
  }

  /// After how many outputs of the chain all of its layers begin a turn at once: every layer has put out
  /// whole turns, and what it puts out is aligned with a whole number of its inputs.
  private static func period(_ fields: [ReceptiveFieldPerStep], _ ratios: [Rational]) -> Int {
    var count = 1
    var later: Rational = 1
    for (field, ratio) in zip(fields, ratios).reversed() {
      let turn = Rational.leastCommonMultiple(max(1, field.count), ratio.numerator)
      count = Rational.leastCommonMultiple(count, (Rational(turn) * later).numerator)
      later = later * ratio
    }
    return count
  }

  /// The absolute range of inputs that output `step` depends on.
  private static func trace(
    _ step: Int, _ fields: [ReceptiveFieldPerStep], _ ratios: [Rational]
  ) -> ReceptiveField? {
    var range: ReceptiveField? = ReceptiveField(step, step)
    for (field, ratio) in zip(fields, ratios).reversed() {
      guard let current = range else { return nil }
      range = inputs(of: current, field, ratio)
    }
    return range
  }

  private static func inputs(
    of range: ReceptiveField, _ field: ReceptiveFieldPerStep, _ ratio: Rational
  ) -> ReceptiveField? {
    // Of a range without end, the outputs of one turn at its other end reach farthest there.
    let turn = field.count - 1
    let outputs =
      switch (range.start.isFinite, range.end.isFinite) {
      case (true, true): Int(range.start)...Int(range.end)
      case (true, false): Int(range.start)...(Int(range.start) + turn)
      case (false, true): (Int(range.end) - turn)...Int(range.end)
      case (false, false): 0...turn
      }
    var result: ReceptiveField?
    for output in outputs {
      guard let aligned = field[Rational.floorModulo(output, field.count)] else { continue }
      let inputs = aligned.shifted(by: (Rational(output) / ratio).floor)
      result = result?.union(inputs) ?? inputs
    }
    if range.start.isInfinite { result?.start = -.infinity }
    if range.end.isInfinite { result?.end = .infinity }
    return result
  }
}
