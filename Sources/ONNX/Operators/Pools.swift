import Programs
import Tensors

/// Pooling over windows.
enum Pools {
  static let rows = OperatorTable.single(["MaxPool": maximum, "AveragePool": average])

  private static func window(_ call: NodeCall, _ x: Value) throws -> WindowDimensions {
    guard let size = try call.integers(nil, "kernel_shape"), x.rank >= 3 else {
      throw call.invalid("\(x.type) without kernel_shape", expected: "[b, c, …] and a window")
    }
    var window = try Convolutions.Window(call, size: size, input: Array(x.shape.dropFirst(2)))
    if call.flag("ceil_mode") {
      for axis in size.indices {
        let room = x.shape[axis + 2] + window.low[axis] + window.high[axis] - window.reach(axis)
        let stride = window.strides[axis]
        // A last window that would begin in the padding behind is left out.
        var count = (room + stride - 1) / stride + 1
        if (count - 1) * stride >= x.shape[axis + 2] + window.low[axis] { count -= 1 }
        window.high[axis] += (count - 1) * stride - room
      }
    }
    let ones = [1, 1]
    let zeros = [0, 0]
    return WindowDimensions(
      size: ones + window.size, stride: ones + window.strides, dilation: ones + window.dilations,
      padLow: zeros + window.low, padHigh: zeros + window.high)
  }

  private static let maximum: OperatorTable.Lowering = { call in
    guard !call.wantsOutput(1) else { throw call.unsupported("the places of the greatest") }
    let x = try call.value(0)
    return x.windowReduced(.max, try window(call, x))
  }

  private static let average: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let window = try window(call, x)
    let sums = x.windowReduced(.sum, window)
    if call.flag("count_include_pad") {
      guard !call.flag("ceil_mode") else {
        throw call.unsupported("ceil_mode with counted padding")
      }
      return sums.binary(.div, Double(window.size.elementCount))
    }
    let ones = x.builder.full(1, ValueType(x.dtype, [1, 1] + x.shape.dropFirst(2)))
    return sums / ones.windowReduced(.sum, window)
  }
}
