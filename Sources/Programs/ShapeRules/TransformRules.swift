import Tensors

extension FFTOp {
  func resultTypes(_ operands: [ValueType]) throws(ShapeError) -> [ValueType] {
    let count = self == .realForward ? 1 : 2
    try expectCount(operands, count)
    for operand in operands {
      try expect(
        operand.dtype == .float32 || operand.dtype == .float64, found: "\(operand)",
        expected: "float32 or float64")
      try expect(operand.rank >= 1, found: "\(operand)", expected: "at least one axis")
      try expectEqual(operand, operands[0])
    }
    let type = operands[0]
    let extent = type.shape[type.rank - 1]
    try expect(extent >= 1, found: "\(type)", expected: "a last axis of 1 or more")
    var result = type
    switch self {
    case .forward, .inverse: return [type, type]
    case .realForward:
      result.shape[type.rank - 1] = extent / 2 + 1
      return [result, result]
    case .realInverse(let length):
      try expect(
        extent == length / 2 + 1 && length >= 1, found: "\(extent) bins for length \(length)",
        expected: "\(length / 2 + 1) bins")
      result.shape[type.rank - 1] = length
      return [result]
    }
  }
}

extension LoopOp {
  /// How many operands are cut along `axis`.
  public var slicedCount: Int { body.inputs.count - capturedCount - carriedCount }

  func resultTypes(_ operands: [ValueType]) throws(ShapeError) -> [ValueType] {
    try expectCount(operands, body.inputs.count)
    let inputs = body.inputTypes
    let outputs = body.outputTypes
    try expect(tripCount >= 0, found: "\(tripCount) iterations", expected: "0 or more")
    try expect(
      capturedCount >= 0 && carriedCount >= 0 && capturedCount <= inputs.count
        && carriedCount <= inputs.count - capturedCount && carriedCount <= outputs.count,
      found: "\(capturedCount) captured, \(carriedCount) carried",
      expected: "no more than the body has")
    for index in 0..<(capturedCount + carriedCount) {
      try expectEqual(operands[index], inputs[index])
    }
    for index in (capturedCount + carriedCount)..<inputs.count {
      var expected = inputs[index]
      try expect(
        axis >= 0 && axis <= expected.rank, found: "axis \(axis) of \(operands[index])",
        expected: "an axis of the operand")
      expected.shape.insert(tripCount, at: axis)
      try expectEqual(operands[index], expected)
    }
    for index in 0..<carriedCount {
      let new = outputs[index]
      let old = inputs[capturedCount + index]
      try expect(
        new == old, found: "carried value \(index) becomes \(new)",
        expected: "\(old) in every iteration")
    }
    return try outputs.enumerated().map { index, type throws(ShapeError) in
      guard index >= carriedCount else { return type }
      try expect(
        axis <= type.rank, found: "stacking \(type) along axis \(axis)",
        expected: "an axis of the result")
      var stacked = type
      stacked.shape.insert(tripCount, at: axis)
      return stacked
    }
  }
}
