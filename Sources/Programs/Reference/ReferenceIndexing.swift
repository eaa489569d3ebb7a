import Tensors

extension IndexingOp {
  func evaluated(_ operands: [ReferenceArray]) -> ReferenceArray {
    let data = operands[0]
    let shape = data.type.shape
    switch self {
    case .gather(let axis, let batchAxes, let rule):
      let indices = operands[1]
      let positions = gathered(shape, indices, axis, batchAxes, clamping: rule == .clamp)
      let rest = indices.type.shape[batchAxes...]
      let target = Array(shape[..<axis]) + Array(rest) + Array(shape[(axis + 1)...])
      let isNaN = rule == .nan && data.type.dtype.isFloating
      let filler = isNaN ? ReferenceArray(rounding: [.nan], ValueType(.float64, [])) : nil
      return data.taking(positions, as: target, filler: filler)
    case .scatterAdd(let axis, let batchAxes):
      let positions = gathered(shape, operands[1], axis, batchAxes, clamping: false)
      return data.adding(operands[2], at: positions)
    case .dynamicSlice(let axis, let size):
      var target = shape
      target[axis] = size
      let positions = moved(shape, target, axis, operands[1].integers[0])
      return data.taking(positions, as: target)
    case .dynamicUpdate(let axis):
      let update = operands[1]
      let positions = moved(shape, update.type.shape, axis, operands[2].integers[0])
      return data.replacing(positions, with: update)
    }
  }

  /// The position in the data of each element of a gather, -1 outside.
  private func gathered(
    _ shape: Shape, _ indices: ReferenceArray, _ axis: Int, _ batchAxes: Int, clamping: Bool
  ) -> [Int] {
    let strides = shape.rowMajorStrides
    let batches = Positions.walk(Array(shape[..<batchAxes]), Array(strides[..<batchAxes]))
    let heads = Positions.walk(
      Array(shape[batchAxes..<axis]), Array(strides[batchAxes..<axis]))
    let rest = Array(indices.type.shape[batchAxes...]).elementCount
    let numbers = indices.integers
    let extent = shape[axis]
    var positions: [Int] = []
    for (batch, batchOffset) in batches.enumerated() {
      for head in heads {
        for place in 0..<rest {
          var index = Int(numbers[batch * rest + place])
          if clamping { index = Swift.min(Swift.max(index, 0), extent - 1) }
          let isInside = index >= 0 && index < extent
          let start = batchOffset + head + index * strides[axis]
          for tail in 0..<strides[axis] { positions.append(isInside ? start + tail : -1) }
        }
      }
    }
    return positions
  }

  /// The positions in an array of `shape` of a block of shape `part`, moved inside.
  private func moved(_ shape: Shape, _ part: Shape, _ axis: Int, _ start: Int64) -> [Int] {
    let strides = shape.rowMajorStrides
    let inside = Swift.max(0, Swift.min(Int(start), shape[axis] - part[axis]))
    return Positions.walk(part, strides, from: inside * strides[axis])
  }
}

extension ReferenceArray {
  fileprivate func adding(_ updates: ReferenceArray, at positions: [Int]) -> ReferenceArray {
    switch elements {
    case .floats(var sums):
      for (position, value) in zip(positions, updates.floats) where position >= 0 {
        sums[position] += value
      }
      return ReferenceArray(rounding: sums, type)
    case .integers(var sums):
      for (position, value) in zip(positions, updates.integers) where position >= 0 {
        sums[position] &+= value
      }
      return ReferenceArray(wrapping: sums, type)
    }
  }
}
