import Programs
import Tensors

extension Rewrite {
  /// Reads and writes at computed places that never leave the array: runtimes fail at such indices or
  /// count them from the end.
  ///
  /// With `movesAxis` the axis that is read stands right behind the batch axes. Scattered sums are those of
  /// rows of a matrix, with one row more for what falls outside.
  static func guardIndices(movesAxis: Bool, hasDynamicSlices: Bool) -> Rewrite {
    Rewrite(name: "indices") { operation in
      guard case .indexing(let op) = operation.op else { return nil }
      let x = operation.operands
      let type = operation.results[0]
      if type.shape.contains(0) { return [operation.builder.full(0, type)] }
      switch op {
      case .gather(let axis, let batchAxes, let rule):
        return [x[0].gatheredInside(x[1], axis, batchAxes, rule, movesAxis: movesAxis, type)]
      case .scatterAdd(let axis, let batchAxes):
        return [x[0].scatteredRows(x[1], x[2], axis, batchAxes)]
      case .dynamicSlice(let axis, let size):
        guard !hasDynamicSlices else { return nil }
        let start = x[1].clamped(x[0].shape[axis] - size)
        let offsets = operation.builder.iota(ValueType(.int32, [size]), axis: 0)
        return [x[0].gathered(offsets + start, axis: axis)]
      case .dynamicUpdate(let axis):
        guard !hasDynamicSlices else { return nil }
        return [x[0].updated(x[1], x[2], axis)]
      }
    }
  }
}

extension Value {
  /// Moved into `0 ... most`.
  fileprivate func clamped(_ most: Int) -> Value {
    full(Double(most)).binary(.min, full(0).binary(.max, self))
  }

  fileprivate func gatheredInside(
    _ indices: Value, _ axis: Int, _ batchAxes: Int, _ rule: OutOfRangeRule, movesAxis: Bool,
    _ type: ValueType
  ) -> Value {
    let extent = shape[axis]
    let filler = rule == .nan && dtype.isFloating ? Double.nan : 0
    guard extent > 0 else { return builder.full(rule == .clamp ? 0 : filler, type) }
    let safe = indices.clamped(extent - 1)
    let y =
      movesAxis && batchAxes > 0 && axis != batchAxes
      ? gatheredBehindBatch(safe, axis, batchAxes)
      : gathered(safe, axis: axis, batchAxes: batchAxes)
    guard rule != .clamp else { return y }
    let axes = Array(0..<batchAxes) + Array(axis..<(axis + indices.rank - batchAxes))
    let isInside = safe.compare(.eq, indices).broadcast(to: y.shape, axes: axes)
    return isInside.select(y, y.full(filler))
  }

  /// The gather of an axis that is moved behind the batch axes, and the result's axes moved back.
  private func gatheredBehindBatch(_ indices: Value, _ axis: Int, _ batchAxes: Int) -> Value {
    let order = Array(0..<batchAxes) + [axis] + axes(besides: Array(0..<batchAxes) + [axis])
    let y = transposed(order).gathered(indices, axis: batchAxes, batchAxes: batchAxes)
    let rest = indices.rank - batchAxes
    let middle = axis - batchAxes
    let back =
      Array(0..<batchAxes) + Array((batchAxes + rest)..<(batchAxes + rest + middle))
      + Array(batchAxes..<(batchAxes + rest)) + Array((batchAxes + rest + middle)..<y.rank)
    return y.transposed(back)
  }

  /// A scattered sum as one of rows of a matrix.
  fileprivate func scatteredRows(
    _ indices: Value, _ updates: Value, _ axis: Int, _ batchAxes: Int
  ) -> Value {
    let batch = Array(0..<batchAxes)
    let order = batch + [axis] + axes(besides: batch + [axis])
    let moved = transposed(order)
    let extent = shape[axis]
    let groups = Array(shape[..<batchAxes]).elementCount
    let rows = groups * extent
    let width = Array(moved.shape[(batchAxes + 1)...]).elementCount
    let rest = indices.rank - batchAxes
    let middle = axis - batchAxes
    let updateOrder =
      batch + Array(axis..<(axis + rest)) + Array(batchAxes..<(batchAxes + middle))
      + Array((axis + rest)..<updates.rank)
    let count = indices.shape.elementCount
    let lines = updates.transposed(updateOrder).reshaped([count, width])
    // The place of a row among all groups; what is outside goes to a row that is cut off again.
    let flat = indices.reshaped([groups, count / Swift.max(groups, 1)])
    let offset = builder.iota(flat.type, axis: 0).scaled(by: Double(extent))
    let isInside = flat.full(-1).compare(.lt, flat).and(flat.compare(.lt, Double(extent)))
    let places = isInside.select(flat + offset, flat.full(Double(rows))).reshaped([count])
    let base = moved.reshaped([rows, width]).padded(axis: 0, low: 0, high: 1)
    let sums = base.scatterAdding(lines, at: places, axis: 0)
    let back = (0..<rank).map { place in order.firstIndex(of: place) ?? place }
    return sums.sliced(axis: 0, from: 0, to: rows).reshaped(moved.shape).transposed(back)
  }

  /// This with a block written along an axis.
  fileprivate func updated(_ update: Value, _ start: Value, _ axis: Int) -> Value {
    let size = update.shape[axis]
    let first = start.clamped(shape[axis] - size)
    let places = builder.iota(ValueType(.int32, [shape[axis]]), axis: 0) - first
    let isWritten = places.full(-1).compare(.lt, places).and(places.compare(.lt, Double(size)))
    let values = update.gathered(places.clamped(size - 1), axis: axis)
    return isWritten.broadcast(to: shape, axes: [axis]).select(values, self)
  }
}
