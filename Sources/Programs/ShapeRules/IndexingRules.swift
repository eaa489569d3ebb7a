import Tensors

extension IndexingOp {
  func resultType(_ operands: [ValueType]) throws(ShapeError) -> ValueType {
    switch self {
    case .gather(let axis, let batchAxes, _):
      try expectCount(operands, 2)
      return ValueType(
        operands[0].dtype, try gatheredShape(operands[0], operands[1], axis, batchAxes))
    case .scatterAdd(let axis, let batchAxes):
      try expectCount(operands, 3)
      let shape = try gatheredShape(operands[0], operands[1], axis, batchAxes)
      try expectEqual(operands[2], ValueType(operands[0].dtype, shape))
      return operands[0]
    case .dynamicSlice(let axis, let size):
      try expectCount(operands, 2)
      try expectAxis(axis, rank: operands[0].rank)
      try expectEqual(operands[1], ValueType(.int32, []))
      try expect(
        size >= 0 && size <= operands[0].shape[axis], found: "size \(size)",
        expected: "at most \(operands[0].shape[axis])")
      var type = operands[0]
      type.shape[axis] = size
      return type
    case .dynamicUpdate(let axis):
      try expectCount(operands, 3)
      try expectAxis(axis, rank: operands[0].rank)
      try expectEqual(operands[2], ValueType(.int32, []))
      var expected = operands[0]
      if operands[1].rank > axis {
        expected.shape[axis] = Swift.min(operands[1].shape[axis], expected.shape[axis])
      }
      try expectEqual(operands[1], expected)
      return operands[0]
    }
  }

  private func gatheredShape(
    _ data: ValueType, _ indices: ValueType, _ axis: Int, _ batchAxes: Int
  ) throws(ShapeError) -> Shape {
    try expectAxis(axis, rank: data.rank)
    try expect(
      batchAxes >= 0 && batchAxes <= axis && batchAxes <= indices.rank,
      found: "\(batchAxes) batch axes", expected: "at most axis \(axis)")
    try expect(
      indices.dtype == .int32
        && Array(indices.shape[..<batchAxes]) == Array(data.shape[..<batchAxes]),
      found: "indices \(indices) for \(data)",
      expected: "i32 with the same leading \(batchAxes) axes")
    let head = Array(data.shape[..<axis])
    return head + Array(indices.shape[batchAxes...]) + Array(data.shape[(axis + 1)...])
  }
}
