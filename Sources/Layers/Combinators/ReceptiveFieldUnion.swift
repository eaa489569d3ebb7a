import Tensors

/// Receptive fields of branches that see the same input.
enum ReceptiveFieldUnion {
  /// The union of branches of one ratio, each output step matched by its absolute position.
  static func aligned(
    _ branches: [ReceptiveFieldPerStep], ratio: Rational
  ) -> ReceptiveFieldPerStep {
    let count = branches.reduce(1) { Rational.leastCommonMultiple($0, max(1, $1.count)) }
    return (0..<count).map { step in
      let aligned = (Rational(step) / ratio).floor
      var result: ReceptiveField?
      for branch in branches {
        let turn = Rational.floorDivide(step, branch.count) * branch.count
        let offset = (Rational(turn) / ratio).floor + (Rational(step - turn) / ratio).floor
        guard let field = branch[step - turn]?.shifted(by: offset - aligned) else { continue }
        result = result?.union(field) ?? field
      }
      return result
    }
  }

  /// The union step by step, without extending shorter branches.
  static func perKey(_ branches: [ReceptiveFieldPerStep]) -> ReceptiveFieldPerStep {
    let count = branches.map(\.count).max() ?? 1
    return (0..<count).map { step in
      branches.compactMap { $0.indices.contains(step) ? $0[step] : nil }.overall
    }
  }
}
