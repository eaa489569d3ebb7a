import Tensors

extension Op {
  /// The types of the results for operands of these types: the one definition of what fits.
  package func resultTypes(_ operands: [ValueType]) throws(ShapeError) -> [ValueType] {
    let types = try fittingTypes(operands)
    for type in types { try expectPossible(type) }
    return types
  }

  private func fittingTypes(_ operands: [ValueType]) throws(ShapeError) -> [ValueType] {
    switch self {
    case .constant(let tensor):
      try expectCount(operands, 0)
      return [ValueType(tensor.dtype, tensor.shape)]
    case .iota(let type, let axis):
      try expectCount(operands, 0)
      try expectAxis(axis, rank: type.rank)
      return [type]
    case .convert(let dtype):
      try expectCount(operands, 1)
      return [ValueType(dtype, operands[0].shape)]
    case .bitcast(let dtype):
      try expectCount(operands, 1)
      try expect(
        dtype.byteCount == operands[0].dtype.byteCount,
        found: "\(operands[0].dtype.name) to \(dtype.name)", expected: "dtypes of equal size")
      try expect(dtype != .bool, found: "bitcast to bool", expected: "a comparison with 0")
      return [ValueType(dtype, operands[0].shape)]
    case .random(let op): return [try op.resultType(operands)]
    case .unary(let op): return [try op.resultType(operands)]
    case .binary(let op): return [try op.resultType(operands)]
    case .compare:
      try expectCount(operands, 2)
      try expectEqual(operands[0], operands[1])
      return [ValueType(.bool, operands[0].shape)]
    case .select:
      try expectCount(operands, 3)
      try expectEqual(operands[1], operands[2])
      try expectEqual(operands[0], ValueType(.bool, operands[1].shape))
      return [operands[1]]
    case .movement(let op): return [try op.resultType(operands)]
    case .reduction(let op): return try op.resultTypes(operands)
    case .contraction(let op): return [try op.resultType(operands)]
    case .indexing(let op): return [try op.resultType(operands)]
    case .fft(let op): return try op.resultTypes(operands)
    case .loop(let op): return try op.resultTypes(operands)
    case .composite(let op):
      try expectCount(operands, op.body.inputs.count)
      for (operand, type) in zip(operands, op.body.inputTypes) { try expectEqual(operand, type) }
      return op.body.outputTypes
    case .stopGradient:
      try expectCount(operands, 1)
      return [operands[0]]
    }
  }
}

func expect(
  _ condition: Bool, found: @autoclosure () -> String, expected: @autoclosure () -> String
) throws(ShapeError) {
  guard condition else { throw ShapeError(found: found(), expected: expected()) }
}

func expectCount(_ operands: [ValueType], _ count: Int) throws(ShapeError) {
  try expect(operands.count == count, found: "\(operands.count) operands", expected: "\(count)")
}

func expectEqual(_ a: ValueType, _ b: ValueType) throws(ShapeError) {
  try expect(a == b, found: "\(a)", expected: "\(b)")
}

func expectAxis(_ axis: Int, rank: Int) throws(ShapeError) {
  try expect(
    axis >= 0 && axis < rank, found: "axis \(axis)", expected: "an axis of 0 ..< \(rank)")
}

/// Checks that a value of this type can be: no complex numbers, and not so many elements that counting
/// them would overflow.
func expectPossible(_ type: ValueType) throws(ShapeError) {
  try expect(
    type.dtype != .complex64, found: "\(type)",
    expected: "a real dtype (complex numbers are pairs of values)")
  var count = 1
  for extent in type.shape {
    let (product, overflows) = count.multipliedReportingOverflow(by: Swift.max(extent, 1))
    try expect(
      extent >= 0 && !overflows && product <= 1 << 40, found: "\(type)",
      expected: "extents of 0 or more and at most 2^40 elements")
    count = product
  }
}

/// Checks that arithmetic on these numbers of an op cannot overflow.
func expectSmall(_ numbers: [Int], bits: Int) throws(ShapeError) {
  for number in numbers {
    try expect(
      number.magnitude <= 1 << bits, found: "\(number)", expected: "numbers of at most 2^\(bits)")
  }
}

/// Checks that axes are inside the rank, ascending and different.
func expectAxes(_ axes: [Int], rank: Int) throws(ShapeError) {
  for axis in axes { try expectAxis(axis, rank: rank) }
  try expect(
    zip(axes, axes.dropFirst()).allSatisfy { $0 < $1 }, found: "axes \(axes)",
    expected: "ascending axes, each once")
}

extension RandomOp {
  func resultType(_ operands: [ValueType]) throws(ShapeError) -> ValueType {
    try expectCount(operands, 3)
    try expectEqual(operands[0], ValueType(.uint32, [2]))
    try expect(
      operands[1].dtype == .uint32 && operands[1].rank == 1, found: "row keys \(operands[1])",
      expected: "u32[b]")
    try expect(
      operands[2].dtype == .int32 && operands[2].rank == 2
        && operands[2].shape[0] == operands[1].shape[0],
      found: "positions \(operands[2])", expected: "i32[\(operands[1].shape[0]), t]")
    return ValueType(.uint32, operands[2].shape + [count])
  }
}
