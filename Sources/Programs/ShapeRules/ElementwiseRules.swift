import Tensors

extension UnaryOp {
  func resultType(_ operands: [ValueType]) throws(ShapeError) -> ValueType {
    try expectCount(operands, 1)
    let type = operands[0]
    switch self {
    case .isFinite:
      try expect(type.dtype.isFloating, found: "\(type)", expected: "a floating dtype")
      return ValueType(.bool, type.shape)
    case .not:
      try expect(
        type.dtype == .bool || type.dtype.isInteger, found: "\(type)",
        expected: "bool or an integer dtype")
    case .neg, .abs, .sign:
      try expect(
        type.dtype.isFloating || type.dtype.isInteger, found: "\(type)", expected: "a real dtype")
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .sqrt, .rsqrt, .floor,
      .ceil, .round:
      try expect(type.dtype.isFloating, found: "\(type)", expected: "a floating dtype")
    }
    return type
  }
}

extension BinaryOp {
  func resultType(_ operands: [ValueType]) throws(ShapeError) -> ValueType {
    try expectCount(operands, 2)
    try expectEqual(operands[1], operands[0])
    let dtype = operands[0].dtype
    switch self {
    case .add, .sub, .mul, .div, .rem:
      try expect(
        dtype.isFloating || dtype.isInteger, found: "\(operands[0])", expected: "a real dtype")
    case .max, .min:
      try expect(dtype != .complex64, found: "\(operands[0])", expected: "a real dtype or bool")
    case .pow:
      try expect(dtype.isFloating, found: "\(operands[0])", expected: "a floating dtype")
    case .and, .or, .xor:
      try expect(
        dtype == .bool || dtype.isInteger, found: "\(operands[0])",
        expected: "bool or an integer dtype")
    case .shl, .shr:
      try expect(
        dtype == .uint32 || dtype == .uint8, found: "\(operands[0])",
        expected: "an unsigned integer dtype")
    }
    return operands[0]
  }
}
