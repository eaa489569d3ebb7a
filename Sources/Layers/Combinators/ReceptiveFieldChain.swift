import Tensors

/// Receptive fields of layers applied one after the other.
enum ReceptiveFieldChain {
  /// Traces every output step of the chain back through its layers, last to first.
  static func compose(_ layers: [any SequenceLayer]) -> ReceptiveFieldPerStep {
    let fields = layers.map(\.receptiveFieldPerStep)
    let ratios = layers.map(\.outputRatio)
    return compose(fields, ratios)
  }

  static func compose(
    _ fields: [ReceptiveFieldPerStep], _ ratios: [Rational]
  ) -> ReceptiveFieldPerStep {
    let count = fields.reduce(1) { Rational.leastCommonMultiple($0, max(1, $1.count)) }
    let composed = ratios.reduce(Rational(1), *)
    return (0..<count).map { step in
      trace(step, fields, ratios)?.shifted(by: -(Rational(step) / composed).floor)
    }
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
    var result: ReceptiveField?
    func add(_ next: ReceptiveField?) {
      guard let next else { return }
      result = result?.union(next) ?? next
    }
    func at(_ output: Int) -> ReceptiveField? {
      field[Rational.floorModulo(output, field.count)]?
        .shifted(by: (Rational(output) / ratio).floor)
    }
    if range.start.isInfinite { add(ReceptiveField(-.infinity, -.infinity)) }
    if range.end.isInfinite { add(ReceptiveField(.infinity, .infinity)) }
    switch (range.start.isInfinite, range.end.isInfinite) {
    case (true, true): return .everything
    case (true, false): add(at(Int(range.end)))
    case (false, true): add(at(Int(range.start)))
    case (false, false):
      for output in Int(range.start)...Int(range.end) { add(at(output)) }
    }
    return result
  }
}
