import Programs
import Tensors

extension Planner {
  /// Plans a rearrangement: a view where one suffices, else copies.
  func moved(_ op: MovementOp, _ operands: [BufferView], _ type: ValueType) -> BufferView {
    switch op {
    case .reshape(let shape):
      if let view = operands[0].reshaped(shape) { return view }
      return dense(operands[0]).reshaped(shape) ?? dense(operands[0])
    case .transpose(let permutation): return operands[0].transposed(permutation)
    case .broadcast(let shape, let axes): return operands[0].broadcast(to: shape, axes: axes)
    case .slice(let start, let limit, let stride):
      return operands[0].sliced(start: start, limit: limit, stride: stride)
    case .reverse(let axes): return operands[0].reversed(axes: axes)
    case .pad(let low, let high, let interior):
      return padded(operands, low: low, high: high, interior: interior, type)
    case .concatenate(let axis):
      let target = result(type, of: operands)
      var start = 0
      for operand in operands {
        let end = start + operand.shape[axis]
        copy(operand, into: target.sliced(axis: axis, from: start, to: end))
        start = end
      }
      return target
    }
  }

  private func padded(
    _ operands: [BufferView], low: [Int], high: [Int], interior: [Int], _ type: ValueType
  ) -> BufferView {
    let target = result(type, of: operands)
    let axes: [Int] = []
    copy(operands[1].broadcast(to: type.shape, axes: axes), into: target)
    // The elements that are not cut off, and where they stand in the result.
    var source = operands[0]
    var inside = target
    for axis in type.shape.indices {
      let step = interior[axis] + 1
      let cut = low[axis] < 0 ? (-low[axis] + step - 1) / step : 0
      let first = low[axis] + cut * step
      let room = type.shape[axis] - first
      let fitting = room <= 0 ? 0 : (room + step - 1) / step
      let count = max(0, min(source.shape[axis] - cut, fitting))
      guard count > 0 else { return target }
      source = source.sliced(axis: axis, from: cut, to: cut + count)
      inside = inside.sliced(axis: axis, from: first, to: first + (count - 1) * step + 1)
      inside.shape[axis] = count
      inside.strides[axis] *= step
    }
    copy(source, into: inside)
    return target
  }
}
