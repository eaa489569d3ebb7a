import Programs
import Tensors

extension Lowering {
  /// Lowers a rearrangement: a view where one suffices, else copies.
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

  /// Writes the padding: the ends of every axis, or everything where elements lie apart.
  private func fill(
    _ target: BufferView, with filler: BufferView, low: [Int], high: [Int], interior: [Int]
  ) {
    let axes: [Int] = []
    func write(_ part: BufferView) {
      copy(filler.broadcast(to: part.shape, axes: axes), into: part)
    }
    guard interior.allSatisfy({ $0 == 0 }), zip(low, high).allSatisfy({ $0 >= 0 && $1 >= 0 }) else {
      write(target)
      return
    }
    // What is left between the ends of earlier axes.
    var rest = target
    for axis in target.shape.indices {
      let (first, last) = (low[axis], rest.shape[axis] - high[axis])
      if low[axis] > 0 { write(rest.sliced(axis: axis, from: 0, to: first)) }
      if high[axis] > 0 { write(rest.sliced(axis: axis, from: last, to: rest.shape[axis])) }
      rest = rest.sliced(axis: axis, from: first, to: last)
    }
  }

  private func padded(
    _ operands: [BufferView], low: [Int], high: [Int], interior: [Int], _ type: ValueType
  ) -> BufferView {
    let target = result(type, of: operands)
    fill(target, with: operands[1], low: low, high: high, interior: interior)
    // The elements that are not cut off, and where they are in the result.
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
