import Programs
import Tensors

extension LiteRTOperator {
  /// The operator of an elementwise function; nil for those that legalisation has replaced or that there
  /// is none for.
  static func unary(_ op: UnaryOp, _ dtype: DType) -> LiteRTOperator? {
    if op == .not { return dtype == .bool ? LiteRTOperator("LOGICAL_NOT", 87, options: 63) : nil }
    guard dtype == .float32 || op == .abs || op == .neg || op == .sign, dtype != .uint32 else {
      return nil
    }
    return switch op {
    case .neg: LiteRTOperator("NEG", 59, options: 42)
    case .abs: LiteRTOperator("ABS", 101, version: dtype == .float32 ? 1 : 4, options: 78)
    case .sign: LiteRTOperator("SIGN", 158, version: dtype == .float32 ? 1 : 2, options: 123)
    case .exp: LiteRTOperator("EXP", 47, options: 33)
    case .log: LiteRTOperator("LOG", 73)
    case .sin: LiteRTOperator("SIN", 66)
    case .cos: LiteRTOperator("COS", 108)
    case .tanh: LiteRTOperator("TANH", 28)
    case .sigmoid: LiteRTOperator("LOGISTIC", 14)
    case .sqrt: LiteRTOperator("SQRT", 75)
    case .floor: LiteRTOperator("FLOOR", 8)
    case .ceil: LiteRTOperator("CEIL", 104)
    case .round: LiteRTOperator("ROUND", 116)
    case .expm1, .log1p, .erf, .rsqrt, .not, .isFinite: nil
    }
  }

  /// The operator of an elementwise function of two operands.
  static func binary(_ op: BinaryOp, _ dtype: DType) -> LiteRTOperator? {
    if dtype == .bool { return logical(op) }
    if op == .shr, dtype == .uint32 { return LiteRTOperator("RIGHT_SHIFT", 161, options: 126) }
    if op == .xor, dtype == .int32 { return LiteRTOperator("BITWISE_XOR", 160, options: 125) }
    guard dtype == .float32 || dtype == .int32 || dtype == .int64 else { return nil }
    return switch op {
    case .add: add
    case .sub: sub
    case .mul:
      LiteRTOperator("MUL", 18, version: dtype == .int64 ? 6 : 1, options: 21, [0: .byte(0)])
    case .div: dtype == .int64 ? nil : LiteRTOperator("DIV", 42, options: 29, [0: .byte(0)])
    case .rem: dtype == .float32 ? LiteRTOperator("FLOOR_MOD", 95, options: 72) : nil
    case .max: LiteRTOperator("MAXIMUM", 55, options: 39)
    case .min: LiteRTOperator("MINIMUM", 57, options: 39)
    case .pow: LiteRTOperator("POW", 78, options: 56)
    case .and, .or, .xor, .shl, .shr: nil
    }
  }

  private static func logical(_ op: BinaryOp) -> LiteRTOperator? {
    switch op {
    case .and, .min: LiteRTOperator("LOGICAL_AND", 86, options: 62)
    case .or, .max: LiteRTOperator("LOGICAL_OR", 84, options: 60)
    case .xor: LiteRTOperator("NOT_EQUAL", 72, options: 54)
    case .add, .sub, .mul, .div, .rem, .pow, .shl, .shr: nil
    }
  }

  static func compare(_ op: CompareOp) -> LiteRTOperator {
    switch op {
    case .eq: LiteRTOperator("EQUAL", 71, options: 53)
    case .lt: less
    case .le: LiteRTOperator("LESS_EQUAL", 63, options: 46)
    }
  }

  static func reduce(_ kind: ReductionKind) -> LiteRTOperator {
    let (name, code) =
      switch kind {
      case .sum: ("SUM", 74)
      case .prod: ("REDUCE_PROD", 81)
      case .max: ("REDUCE_MAX", 82)
      case .min: ("REDUCE_MIN", 89)
      case .and: ("REDUCE_ALL", 140)
      case .or: ("REDUCE_ANY", 91)
      }
    return LiteRTOperator(name, code, options: 27, [0: .bool(false)])
  }
}

extension DType {
  /// The number of a dtype in LiteRT's schema; nil for those that its operators do not compute in.
  var liteRTCode: Int? {
    switch self {
    case .float32: 0
    case .float16: 1
    case .int32: 2
    case .uint8: 3
    case .int64: 4
    case .bool: 6
    case .int16: 7
    case .int8: 9
    case .uint32: 15
    case .bfloat16: 18
    case .float64, .complex64: nil
    }
  }
}
