import Tensors

extension Pullback {
  func reduceWindow(_ kind: ReductionKind, _ window: WindowDimensions, _ g: Value) {
    guard g.shape.elementCount > 0 else { return }
    switch kind {
    case .sum: contribute(to: 0, spread(g, window))
    case .prod, .max, .min:
      through(expansion([type(0)]) { Self.windowed($0[0], kind, window) })
    case .and, .or: break
    }
  }

  /// Every element gets the sum of the cotangents of the windows that it lies in: again a window sum.
  private func spread(_ g: Value, _ window: WindowDimensions) -> Value {
    let shape = type(0).shape
    let axes = shape.indices
    let reach = axes.map { (window.size[$0] - 1) * window.dilation[$0] }
    let interior = window.stride.map { $0 - 1 }
    let low = axes.map { reach[$0] - window.padLow[$0] }
    let high = axes.map { axis in
      let stuffed = Self.stuffed(g.shape[axis], interior[axis])
      return shape[axis] + reach[axis] - low[axis] - stuffed
    }
    let ones: [Int] = Array(repeating: 1, count: g.rank)
    let zeros: [Int] = Array(repeating: 0, count: g.rank)
    let sums = WindowDimensions(
      size: window.size, stride: ones, dilation: window.dilation, padLow: zeros, padHigh: zeros)
    return g.padded(low: low, high: high, interior: interior).windowReduced(.sum, sums)
  }

  /// The same fold one axis after another, from the last, so that of equal extremes the first in
  /// row-major order is found.
  private static func windowed(
    _ x: Value, _ kind: ReductionKind, _ window: WindowDimensions
  ) -> Value {
    x.shape.indices.reversed().reduce(x) { value, axis in
      let isTrivial = window.size[axis] == 1 && window.stride[axis] == 1
      let isPadded = window.padLow[axis] != 0 || window.padHigh[axis] != 0
      return isTrivial && !isPadded ? value : folded(value, kind, window, axis)
    }
  }

  /// Folds windows of one axis by gathering their elements side by side.
  private static func folded(
    _ x: Value, _ kind: ReductionKind, _ window: WindowDimensions, _ axis: Int
  ) -> Value {
    let builder = x.builder
    let order = x.shape.indices.filter { $0 != axis } + [axis]
    let filler = kind == .prod ? 1 : (kind == .max ? -Double.infinity : Double.infinity)
    let padded = x.padded(
      axis: axis, low: window.padLow[axis], high: window.padHigh[axis], value: filler)
    let rows = padded.transposed(order)
    let last = rows.rank - 1
    let room = rows.shape[last] - (window.size[axis] - 1) * window.dilation[axis]
    let count = room <= 0 ? 0 : (room + window.stride[axis] - 1) / window.stride[axis]
    let taps = ValueType(.int32, [count, window.size[axis]])
    let starts = builder.iota(taps, axis: 0).scaled(by: Double(window.stride[axis]))
    let offsets = builder.iota(taps, axis: 1).scaled(by: Double(window.dilation[axis]))
    let patches = rows.gathered(starts + offsets, axis: last)
    guard kind != .prod else {
      return patches.reduced(.prod, axes: [last + 1]).transposed(inverse(order))
    }
    let tap = patches.argReduced(kind, axis: last + 1)
    let start = builder.iota(tap.type, axis: last).scaled(by: Double(window.stride[axis]))
    let places = start + tap.scaled(by: Double(window.dilation[axis]))
    return rows.gathered(places, axis: last, batchAxes: last).transposed(inverse(order))
  }
}
