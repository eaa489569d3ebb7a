import Tensors

extension Pullback {
  func reduction(_ op: ReductionOp, _ g: Value) {
    switch op {
    case .reduce(let kind, let axes): reduce(kind, axes, g)
    case .cumulative(let kind, let axis, let reverse): cumulative(kind, axis, reverse, g)
    case .reduceWindow(let kind, let window): reduceWindow(kind, window, g)
    case .sort(let axis, _):
      contribute(to: 0, Self.scattered(g, to: result(1), axis: axis))
    case .argReduce: break
    }
  }

  private func reduce(_ kind: ReductionKind, _ axes: [Int], _ g: Value) {
    let shape = type(0).shape
    let kept = shape.indices.filter { !axes.contains($0) }
    func stretched(_ value: Value) -> Value { value.broadcast(to: shape, axes: kept) }
    switch kind {
    case .sum: contribute(to: 0, stretched(g))
    case .prod: contribute(to: 0, stretched(g) * productOfOthers(axes))
    case .max, .min:
      let x = operand(0)
      let isExtreme = x .== stretched(result())
      let share = g / isExtreme.converted(to: g.dtype).reduced(.sum, axes: axes)
      contribute(to: 0, isExtreme.select(stretched(share), builder.full(0, x.type)))
    case .and, .or: break
    }
  }

  /// For each element the product of all others it is folded with: those before times those after,
  /// because dividing by the element fails at 0.
  private func productOfOthers(_ axes: [Int]) -> Value {
    let x = operand(0)
    let kept = x.shape.indices.filter { !axes.contains($0) }
    let order = kept + axes
    let moved = x.transposed(order)
    let count = axes.map { x.shape[$0] }.reduce(1, *)
    let axis = kept.count
    let rows = moved.reshaped(kept.map { x.shape[$0] } + [count])
    guard count > 0 else { return builder.full(0, x.type) }
    let before = rows.padded(axis: axis, low: 1, high: -1, value: 1)
      .cumulative(.prod, axis: axis)
    let after = rows.padded(axis: axis, low: -1, high: 1, value: 1)
      .cumulative(.prod, axis: axis, reverse: true)
    return (before * after).reshaped(moved.shape).transposed(Self.inverse(order))
  }

  private func cumulative(_ kind: ReductionKind, _ axis: Int, _ reverse: Bool, _ g: Value) {
    switch kind {
    case .sum: contribute(to: 0, g.cumulative(.sum, axis: axis, reverse: !reverse))
    case .prod:
      through(
        expansion([type(0)]) { Self.productByDoubling($0[0], axis: axis, reverse: reverse) })
    case .max, .min:
      let x = reverse ? operand(0).reversed(axes: [axis]) : operand(0)
      let y = reverse ? result().reversed(axes: [axis]) : result()
      let along = reverse ? g.reversed(axes: [axis]) : g
      let places = Self.placesOfRunningExtreme(kind, x, y, axis: axis)
      let sums = Self.scattered(along, to: places, axis: axis)
      contribute(to: 0, reverse ? sums.reversed(axes: [axis]) : sums)
    case .and, .or: break
    }
  }

  /// The running product in about log2(n) products of the whole, which differentiate without the
  /// division that fails at 0 and in less than the n² products of the plain formula.
  private static func productByDoubling(_ x: Value, axis: Int, reverse: Bool) -> Value {
    var product = x
    var shift = 1
    while shift < x.shape[axis] {
      let low = reverse ? -shift : shift
      product = product * product.padded(axis: axis, low: low, high: -low, value: 1)
      shift *= 2
    }
    return product
  }

  /// Where along an axis the running extreme was first met.
  private static func placesOfRunningExtreme(
    _ kind: ReductionKind, _ x: Value, _ y: Value, axis: Int
  ) -> Value {
    let worst = kind == .max ? -Double.infinity : Double.infinity
    let before = y.padded(axis: axis, low: 1, high: -1, value: worst)
    let isNew = kind == .max ? before .< x : x .< before
    let places = ValueType(.int32, x.shape)
    let own = x.builder.iota(places, axis: axis)
    let met = isNew.select(own, x.builder.full(0, places))
    return met.cumulative(.max, axis: axis)
  }

  /// Adds each element to a zero at its place along an axis; both have the same shape.
  static func scattered(_ values: Value, to places: Value, axis: Int) -> Value {
    let last = values.rank - 1
    let order = values.shape.indices.filter { $0 != axis } + [axis]
    let updates = values.transposed(order)
    let sums = values.builder.full(0, updates.type)
      .scatterAdding(updates, at: places.transposed(order), axis: last, batchAxes: last)
    return sums.transposed(inverse(order))
  }

  /// The permutation that undoes another.
  static func inverse(_ permutation: [Int]) -> [Int] {
    permutation.indices.map { axis in permutation.firstIndex(of: axis) ?? axis }
  }
}
