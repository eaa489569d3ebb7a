import Tensors

extension MovementOp {
  func resultType(_ operands: [ValueType]) throws(ShapeError) -> ValueType {
    switch self {
    case .concatenate(let axis): return try concatenated(operands, axis)
    case .pad(let low, let high, let interior): return try padded(operands, low, high, interior)
    case .reshape, .transpose, .broadcast, .slice, .reverse: break
    }
    try expectCount(operands, 1)
    let type = operands[0]
    switch self {
    case .reshape(let shape):
      try expectPossible(ValueType(type.dtype, shape))
      try expect(
        shape.elementCount == type.shape.elementCount,
        found: "\(type.shape.shapeText) to \(shape.shapeText)",
        expected: "shapes of equal element count")
      return ValueType(type.dtype, shape)
    case .transpose(let permutation):
      try expect(
        permutation.sorted() == Array(0..<type.rank), found: "permutation \(permutation)",
        expected: "each of 0 ..< \(type.rank) once")
      return ValueType(type.dtype, permutation.map { type.shape[$0] })
    case .broadcast(let shape, let axes):
      try expect(
        axes.count == type.rank, found: "\(axes.count) axes", expected: "\(type.rank) axes")
      try expectAxes(axes, rank: shape.count)
      for (axis, target) in axes.enumerated() {
        try expect(
          type.shape[axis] == 1 || type.shape[axis] == shape[target],
          found: "\(type.shape.shapeText) to \(shape.shapeText) at axes \(axes)",
          expected: "extents that are equal or 1")
      }
      return ValueType(type.dtype, shape)
    case .slice(let start, let limit, let stride):
      return try sliced(type, start, limit, stride)
    case .reverse(let axes):
      try expectAxes(axes, rank: type.rank)
      return type
    case .concatenate, .pad: preconditionFailure("Handled above.")
    }
  }

  private func sliced(
    _ type: ValueType, _ start: [Int], _ limit: [Int], _ stride: [Int]
  ) throws(ShapeError) -> ValueType {
    try expect(
      start.count == type.rank && limit.count == type.rank && stride.count == type.rank,
      found: "bounds for \(start.count) axes", expected: "one bound an axis of \(type)")
    var shape: Shape = []
    for axis in 0..<type.rank {
      let isInside = 0 <= start[axis] && start[axis] <= limit[axis] && stride[axis] >= 1
      try expect(
        isInside && limit[axis] <= type.shape[axis],
        found: "\(start[axis]) ..< \(limit[axis]) by \(stride[axis]) on axis \(axis)",
        expected: "bounds inside 0 ... \(type.shape[axis])")
      shape.append((limit[axis] - start[axis] + stride[axis] - 1) / stride[axis])
    }
    return ValueType(type.dtype, shape)
  }

  private func padded(
    _ operands: [ValueType], _ low: [Int], _ high: [Int], _ interior: [Int]
  ) throws(ShapeError) -> ValueType {
    try expectCount(operands, 2)
    let type = operands[0]
    try expectEqual(operands[1], ValueType(type.dtype, []))
    try expect(
      low.count == type.rank && high.count == type.rank && interior.count == type.rank,
      found: "padding for \(low.count) axes", expected: "padding for each axis of \(type)")
    try expectSmall(low + high, bits: 40)
    try expectSmall(interior, bits: 22)
    var shape: Shape = []
    for axis in 0..<type.rank {
      let extent = type.shape[axis]
      let stuffed = extent + Swift.max(extent - 1, 0) * interior[axis]
      let result = low[axis] + stuffed + high[axis]
      try expect(
        result >= 0 && interior[axis] >= 0,
        found: "padding \(low[axis]), \(high[axis]) of extent \(stuffed) on axis \(axis)",
        expected: "a result of extent 0 or more")
      shape.append(result)
    }
    return ValueType(type.dtype, shape)
  }

  private func concatenated(
    _ operands: [ValueType], _ axis: Int
  ) throws(ShapeError) -> ValueType {
    guard var result = operands.first else {
      throw ShapeError(found: "no operands", expected: "at least one")
    }
    try expectAxis(axis, rank: result.rank)
    for operand in operands.dropFirst() {
      var expected = result
      expected.shape[axis] = operand.rank > axis ? operand.shape[axis] : 0
      try expect(
        operand == expected, found: "\(operand) beside \(operands[0])",
        expected: "equal dtypes, and extents that differ on axis \(axis) only")
      result.shape[axis] += operand.shape[axis]
    }
    return result
  }
}
