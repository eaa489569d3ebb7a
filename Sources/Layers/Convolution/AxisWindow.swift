import Tensors

/// A window of taps that slides along one axis, and what is added at the ends of that axis.
struct AxisWindow: Hashable, Sendable {
  /// The number of taps.
  var size: Int
  /// From one window to the next.
  var stride: Int
  /// From one tap to the next.
  var dilation: Int
  /// What is added before the axis.
  var left: Int
  /// What is added behind it.
  var right: Int

  /// The distance from the first to the last tap, plus 1.
  var span: Int { (size - 1) * dilation + 1 }

  init(size: Int, stride: Int, dilation: Int, left: Int, right: Int) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.left = left
    self.right = right
  }

  init(_ axis: WindowAxis) {
    (size, stride, dilation) = (axis.size, axis.stride, axis.dilation)
    switch axis.padding {
    case .mode(let mode):
      (left, right) = mode.amounts(reach: (axis.size - 1) * axis.dilation, stride: axis.stride)
    case .explicit(let pair): (left, right) = (pair.left, pair.right)
    }
  }

  /// The number of windows over an axis of that extent.
  func outputExtent(_ extent: Int) -> Int {
    let room = max(0, extent + left + right - (span - 1))
    return (room + stride - 1) / stride
  }
}

/// One axis of a window as a config describes it.
struct WindowAxis: Sendable {
  var size: Int
  var stride: Int
  var dilation: Int
  var padding: Padding
}
