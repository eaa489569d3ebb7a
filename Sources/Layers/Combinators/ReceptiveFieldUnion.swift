import Tensors

/// Receptive fields of branches that see the same input at one ratio.
enum ReceptiveFieldUnion {
  /// The union of branches, output step by output step; a branch begins its turn anew where it ends.
  static func aligned(_ branches: [ReceptiveFieldPerStep]) -> ReceptiveFieldPerStep {
    let count = branches.reduce(1) { Rational.leastCommonMultiple($0, max(1, $1.count)) }
    return (0..<count).map { step in branches.map { $0[step % $0.count] }.overall }
  }
}
