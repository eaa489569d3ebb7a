import Programs
import Tensors

extension Rewrite {
  /// Sorts of numbers, NaN behind all others: runtimes do not say where they put NaN.
  ///
  /// With `lastAxisDown` every sort is one along the last axis, greatest first, the only way that LiteRT
  /// sorts.
  static func expandSort(lastAxisDown: Bool) -> Rewrite {
    Rewrite(name: "sort") { operation in
      guard case .reduction(.sort(let axis, let descending)) = operation.op else { return nil }
      let x = operation.operands[0]
      if x.shape.contains(0) { return operation.results.map { x.builder.full(0, $0) } }
      let last = x.rank - 1
      let order = x.axes(besides: [axis]) + [axis]
      let back = (0..<x.rank).map { place in order.firstIndex(of: place) ?? place }
      let isSimple = !x.dtype.isFloating && x.dtype != .bool
      guard !isSimple || lastAxisDown && (axis != last || !descending) else { return nil }
      let keys = x.transposed(order)
      let indices = keys.order(descending: descending, lastAxisDown)
      let values = keys.gathered(indices, axis: last, batchAxes: last)
      return [values.transposed(back), indices.transposed(back)]
    }
  }
}

extension Value {
  /// Where the elements in order along the last axis stand.
  fileprivate func order(descending: Bool, _ lastAxisDown: Bool) -> Value {
    if dtype == .bool {
      return converted(to: .int32).numberOrder(descending: descending, lastAxisDown)
    }
    guard dtype.isFloating else { return numberOrder(descending: descending, lastAxisDown) }
    // By number first, then by whether it is one; sorts are stable.
    let last = rank - 1
    let first = isNaN.select(full(.infinity), self).numberOrder(
      descending: descending, lastAxisDown)
    let flags = isNaN.gathered(first, axis: last, batchAxes: last).converted(to: .int32)
    let second = flags.numberOrder(descending: descending, lastAxisDown)
    return first.gathered(second, axis: last, batchAxes: last)
  }

  private func numberOrder(descending: Bool, _ lastAxisDown: Bool) -> Value {
    guard lastAxisDown, !descending else {
      return sorted(axis: rank - 1, descending: descending).indices
    }
    // Every number from the greatest to the smallest; of integers without leaving their range.
    let isUnsigned = dtype.integerRange?.lowerBound == 0
    let reversed = dtype.isFloating ? unary(.neg) : full(isUnsigned ? greatest : -1) - self
    return reversed.sorted(axis: rank - 1, descending: true).indices
  }

  private var greatest: Double { dtype.integerRange?.upperBound ?? 0 }
}
