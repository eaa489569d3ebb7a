import Tensors

extension ReductionOp {
  func resultTypes(_ operands: [ValueType]) throws(ShapeError) -> [ValueType] {
    try expectCount(operands, 1)
    let type = operands[0]
    switch self {
    case .reduce(let kind, let axes):
      try kind.expectFits(type.dtype)
      try expectAxes(axes, rank: type.rank)
      let shape = type.shape.indices.filter { !axes.contains($0) }.map { type.shape[$0] }
      return [ValueType(type.dtype, shape)]
    case .argReduce(let kind, let axis):
      try expectAxis(axis, rank: type.rank)
      try expect(
        kind == .max || kind == .min, found: "argReduce \(kind.rawValue)", expected: "max or min")
      try expect(
        type.shape[axis] > 0, found: "\(type) along axis \(axis)",
        expected: "at least one element")
      var shape = type.shape
      shape.remove(at: axis)
      return [ValueType(.int32, shape)]
    case .cumulative(let kind, let axis, _):
      try kind.expectFits(type.dtype)
      try expectAxis(axis, rank: type.rank)
      return [type]
    case .reduceWindow(let kind, let window):
      try kind.expectFits(type.dtype)
      return [ValueType(type.dtype, try window.resultShape(type.shape))]
    case .sort(let axis, _):
      try expectAxis(axis, rank: type.rank)
      return [type, ValueType(.int32, type.shape)]
    }
  }
}

extension ReductionKind {
  func expectFits(_ dtype: DType) throws(ShapeError) {
    switch self {
    case .sum, .prod:
      try expect(
        dtype.isFloating || dtype.isInteger, found: dtype.name, expected: "a real dtype")
    case .max, .min:
      try expect(dtype != .complex64, found: dtype.name, expected: "a real dtype or bool")
    case .and, .or:
      try expect(dtype == .bool, found: dtype.name, expected: "bool")
    }
  }
}

extension WindowDimensions {
  func resultShape(_ shape: Shape) throws(ShapeError) -> Shape {
    let lists = [size, stride, dilation, padLow, padHigh]
    try expect(
      lists.allSatisfy { $0.count == shape.count }, found: "window \(size)",
      expected: "one number an axis of \(shape.shapeText)")
    try expectSmall(size + dilation, bits: 22)
    try expectSmall(stride + padLow + padHigh, bits: 40)
    var result: Shape = []
    for axis in shape.indices {
      try expect(
        size[axis] >= 1 && stride[axis] >= 1 && dilation[axis] >= 1,
        found: "size \(size[axis]), stride \(stride[axis]), dilation \(dilation[axis])",
        expected: "numbers of 1 or more")
      let reach = (size[axis] - 1) * dilation[axis]
      let room = shape[axis] + padLow[axis] + padHigh[axis] - reach
      result.append(room <= 0 ? 0 : (room + stride[axis] - 1) / stride[axis])
    }
    return result
  }
}
