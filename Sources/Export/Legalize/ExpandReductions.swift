import Programs
import Tensors

extension Rewrite {
  /// The place of the greatest or smallest element where NaN wins: runtimes give any index for NaN.
  static let guardArgReduce = Rewrite(name: "argReduce") { operation in
    guard case .reduction(.argReduce(let kind, let axis)) = operation.op else { return nil }
    let x = operation.operands[0]
    if x.dtype == .bool { return [x.converted(to: .int32).argReduced(kind, axis: axis)] }
    guard x.dtype.isFloating else { return nil }
    let first = x.isNaN.converted(to: .float32).argReduced(.max, axis: axis)
    let hasNaN = x.isNaN.reduced(.or, axes: [axis])
    return [hasNaN.select(first, x.argReduced(kind, axis: axis))]
  }

  /// Running folds other than sums, by doubling: each step combines with what lies twice as far.
  static let expandCumulative = Rewrite(name: "cumulative") { operation in
    guard case .reduction(.cumulative(let kind, let axis, let reverse)) = operation.op,
      kind != .sum
    else { return nil }
    var y = operation.operands[0]
    var shift = 1
    while shift < y.shape[axis] {
      let neutral = kind.identity(y.dtype)
      let moved = y.padded(
        axis: axis, low: reverse ? -shift : shift, high: reverse ? shift : -shift, value: neutral)
      y = y.binary(kind.binary, moved)
      shift *= 2
    }
    return [y]
  }
}
