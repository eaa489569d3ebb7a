import Tensors

/// The gradients of a dot, each again a dot.
///
/// `turns` are the axes along which the turns of a loop were stacked, when a contraction was put off
/// until after the loop: then the sum over turns is part of the same dot.
struct DotGradient {
  let dimensions: DotDimensions
  let leftRank: Int
  let rightRank: Int

  /// Axes of turns in the cotangent and in the other operand.
  struct Turns {
    var cotangent: Int
    var other: Int
  }

  private var leftFree: [Int] {
    let paired = dimensions.leftBatch + dimensions.leftContracting
    return (0..<leftRank).filter { !paired.contains($0) }
  }

  private var rightFree: [Int] {
    let paired = dimensions.rightBatch + dimensions.rightContracting
    return (0..<rightRank).filter { !paired.contains($0) }
  }

  private var batchAxes: [Int] { Array(0..<dimensions.leftBatch.count) }

  private var leftFreeInResult: [Int] {
    leftFree.indices.map { $0 + batchAxes.count }
  }

  private var rightFreeInResult: [Int] {
    rightFree.indices.map { $0 + batchAxes.count + leftFree.count }
  }

  func ofLeft(_ g: Value, right: Value, turns: Turns? = nil) -> Value {
    let pairing = DotDimensions(
      leftBatch: Self.shifted(batchAxes, past: turns?.cotangent),
      rightBatch: Self.shifted(dimensions.rightBatch, past: turns?.other),
      leftContracting: Self.shifted(rightFreeInResult, past: turns?.cotangent, summed: true),
      rightContracting: Self.shifted(rightFree, past: turns?.other, summed: true))
    let summed = Self.partners(dimensions.rightContracting, dimensions.leftContracting)
    return Self.ordered(
      g.dot(right, pairing), axes: dimensions.leftBatch + leftFree + summed)
  }

  func ofRight(_ g: Value, left: Value, turns: Turns? = nil) -> Value {
    let pairing = DotDimensions(
      leftBatch: Self.shifted(dimensions.leftBatch, past: turns?.other),
      rightBatch: Self.shifted(batchAxes, past: turns?.cotangent),
      leftContracting: Self.shifted(leftFree, past: turns?.other, summed: true),
      rightContracting: Self.shifted(leftFreeInResult, past: turns?.cotangent, summed: true))
    let summed = Self.partners(dimensions.leftContracting, dimensions.rightContracting)
    return Self.ordered(
      left.dot(g, pairing), axes: dimensions.rightBatch + summed + rightFree)
  }

  /// Axes of one turn as axes of the stack; `summed` adds the axis of turns itself.
  private static func shifted(_ axes: [Int], past turn: Int?, summed: Bool = false) -> [Int] {
    guard let turn else { return axes }
    return axes.map { $0 < turn ? $0 : $0 + 1 } + (summed ? [turn] : [])
  }

  /// The axes of one operand that were paired with the other's, in the order of the other's axes.
  private static func partners(_ others: [Int], _ own: [Int]) -> [Int] {
    zip(others, own).sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Puts axes that stand for `axes` of the operand in the operand's order.
  private static func ordered(_ value: Value, axes: [Int]) -> Value {
    value.transposed(Pullback.inverse(axes))
  }
}
