import Programs
import Tensors

extension Rewrite {
  /// Windows axis by axis: padding with what the fold of nothing gives, frames gathered at constant
  /// places, a reduction over their taps.
  ///
  /// Pooling operators of runtimes lose infinities.
  static let expandWindows = Rewrite(name: "windows") { operation in
    guard case .reduction(.reduceWindow(let kind, let window)) = operation.op else { return nil }
    var x = operation.operands[0]
    let target = operation.results[0]
    if target.shape.contains(0) { return [x.builder.full(0, target)] }
    if (window.padLow + window.padHigh).contains(where: { $0 != 0 }) {
      x = x.padded(
        low: window.padLow, high: window.padHigh, value: kind.identity(x.dtype))
    }
    for axis in target.shape.indices {
      x = x.framed(kind, window, axis: axis, count: target.shape[axis])
    }
    return [x]
  }
}

extension Value {
  /// Folds the windows along one axis.
  fileprivate func framed(
    _ kind: ReductionKind, _ window: WindowDimensions, axis: Int, count: Int
  ) -> Value {
    let (size, stride) = (window.size[axis], window.stride[axis])
    guard size > 1 else {
      return sliced(axis: axis, from: 0, to: (count - 1) * stride + 1, stride: stride)
    }
    let places = (0..<count).flatMap { frame in
      (0..<size).map { Int32(frame * stride + $0 * window.dilation[axis]) }
    }
    let indices = builder.constant(Tensor(places, shape: [count, size]))
    return gathered(indices, axis: axis).reduced(kind, axes: [axis + 1])
  }
}
