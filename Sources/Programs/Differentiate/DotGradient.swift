import Tensors

/// The gradients of a dot, each again a dot.
///
/// `iterations` are the axes along which the iterations of a loop were stacked, when a contraction was put off
/// until after the loop: then the sum over iterations is part of the same dot.
struct DotGradient {
  let dimensions: DotDimensions
  let leftRank: Int
  let rightRank: Int

  /// Axes of iterations in the cotangent and in the other operand.
  struct IterationAxes {
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

  func ofLeft(_ g: Value, right: Value, iterations: IterationAxes? = nil) -> Value {
    let pairing = DotDimensions(
      leftBatch: Self.shifted(batchAxes, past: iterations?.cotangent),
      rightBatch: Self.shifted(dimensions.rightBatch, past: iterations?.other),
      leftContracting: Self.shifted(rightFreeInResult, past: iterations?.cotangent, summed: true),
      rightContracting: Self.shifted(rightFree, past: iterations?.other, summed: true))
    let summed = Self.partners(dimensions.rightContracting, dimensions.leftContracting)
    return Self.ordered(
      g.dot(right, pairing), axes: dimensions.leftBatch + leftFree + summed)
  }

  func ofRight(_ g: Value, left: Value, iterations: IterationAxes? = nil) -> Value {
    let pairing = DotDimensions(
      leftBatch: Self.shifted(dimensions.leftBatch, past: iterations?.other),
      rightBatch: Self.shifted(batchAxes, past: iterations?.cotangent),
      leftContracting: Self.shifted(leftFree, past: iterations?.other, summed: true),
      rightContracting: Self.shifted(leftFreeInResult, past: iterations?.cotangent, summed: true))
    let summed = Self.partners(dimensions.leftContracting, dimensions.rightContracting)
    return Self.ordered(
      left.dot(g, pairing), axes: dimensions.rightBatch + summed + rightFree)
  }

  /// Axes of one iteration as axes of the stack; `summed` adds the axis of iterations itself.
  private static func shifted(_ axes: [Int], past iteration: Int?, summed: Bool = false) -> [Int] {
    guard let iteration else { return axes }
    return axes.map { $0 < iteration ? $0 : $0 + 1 } + (summed ? [iteration] : [])
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
