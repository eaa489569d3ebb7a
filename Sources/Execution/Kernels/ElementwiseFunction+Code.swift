import CKernels
import Programs
import Tensors

/// The functions of the elementwise kernel, a bytecode interpreter on vectors, that compute a step.
///
/// A register holds 32-bit cells: 16-bit floats are computed as singles and rounded, bools are all
/// ones or all zeros.
extension ElementwiseFunction {
  /// Whether the kernel has the function for these types.
  func hasCode(_ operands: [DType], _ result: DType) -> Bool {
    guard operands.allSatisfy({ Self.cellType($0) != nil }), Self.cellType(result) != nil
    else { return false }
    return number(from: operands[0], to: result) != nil
  }

  /// The kernel's name of an element type.
  static func cellType(_ dtype: DType) -> Int32? {
    switch dtype {
    case .float32: Int32(SW_F32)
    case .int32, .uint32: Int32(SW_I32)
    case .bool: Int32(SW_BOOL)
    case .bfloat16: Int32(SW_BF16)
    case .float16: Int32(SW_F16)
    case .float64, .int8, .int16, .int64, .uint8, .complex64: nil
    }
  }

  /// The functions on registers: one, and a rounding where the type is narrow.
  func code(
    from source: DType, to result: DType, _ operands: [Int], _ target: Int
  ) -> [sw_tile_op] {
    guard let (number, isSwapped) = number(from: source, to: result) else {
      preconditionFailure("Only functions with code become elementwise tasks.")
    }
    let registers = operands.map { Int32($0) }
    let a = registers[0]
    let b = registers.count > 1 ? registers[1] : 0
    let c = registers.count > 2 ? registers[2] : 0
    let y = Int32(target)
    if isSwapped {
      // Of truths, a < b is b and not a, a <= b is b or not a.
      return [
        sw_tile_op(op: Int32(SW_NOT), destination: y, a: a, b: 0, c: 0),
        sw_tile_op(op: Int32(number), destination: y, a: y, b: b, c: 0),
      ]
    }
    var functions = [sw_tile_op(op: Int32(number), destination: y, a: a, b: b, c: c)]
    if self == .compare(.eq), source == .bool {
      functions.append(sw_tile_op(op: Int32(SW_NOT), destination: y, a: y, b: 0, c: 0))
    }
    if let rounding = rounding(result) {
      functions.append(sw_tile_op(op: Int32(rounding), destination: y, a: y, b: 0, c: 0))
    }
    return functions
  }

  private func rounding(_ result: DType) -> Int? {
    switch self {
    // One of their operands, or 0: rounded before.
    case .select, .activation(.relu): return nil
    case .unary, .binary, .compare, .convert: break
    }
    switch result {
    case .bfloat16: return SW_ROUND_BF16
    case .float16: return SW_ROUND_F16
    case .float32, .float64, .int8, .int16, .int32, .int64, .uint8, .uint32, .bool, .complex64:
      return nil
    }
  }

  /// What cells of a type hold.
  private enum Cell {
    case float, signed, unsigned, truth
  }

  private static func cell(_ dtype: DType) -> Cell {
    switch dtype {
    case .int32: .signed
    case .uint32: .unsigned
    case .bool: .truth
    default: .float
    }
  }

  /// The function of an operation, and whether it takes `not a` for `a`; nil where there is none.
  private func number(from source: DType, to result: DType) -> (Int, Bool)? {
    let (sourceCell, resultCell) = (Self.cell(source), Self.cell(result))
    let plain: Int?
    switch self {
    case .unary(let op):
      switch sourceCell {
      case .float: plain = Self.floatUnary(op)
      case .signed: plain = Self.signedUnary(op)
      case .unsigned: plain = op == .not ? SW_NOT : op == .neg ? SW_I_NEG : nil
      case .truth: plain = op == .not ? SW_NOT : nil
      }
    case .binary(let op):
      switch sourceCell {
      case .float: plain = Self.floatBinary(op)
      case .signed: plain = Self.integerBinary(op, SW_I_MAX, SW_I_MIN)
      case .unsigned: plain = Self.integerBinary(op, SW_U_MAX, SW_U_MIN)
      case .truth: plain = Self.truthBinary(op)
      }
    case .compare(let op):
      if sourceCell == .truth {
        switch op {
        case .eq: return (SW_XOR, false)
        case .lt: return (SW_AND, true)
        case .le: return (SW_OR, true)
        }
      }
      plain = Self.comparison(op, sourceCell)
    case .select: plain = SW_SELECT
    case .convert: plain = Self.conversion(sourceCell, resultCell)
    case .activation(let activation):
      plain = sourceCell == .float ? activation.elementwiseCode : nil
    }
    return plain.map { ($0, false) }
  }

  private static func floatUnary(_ op: UnaryOp) -> Int? {
    switch op {
    case .neg: SW_NEG
    case .abs: SW_ABS
    case .sign: SW_SIGN
    case .exp: SW_EXP
    case .expm1: SW_EXPM1
    case .log: SW_LOG
    case .log1p: SW_LOG1P
    case .sin: SW_SIN
    case .cos: SW_COS
    case .tanh: SW_TANH
    case .sigmoid: SW_SIGMOID
    case .erf: SW_ERF
    case .sqrt: SW_SQRT
    case .rsqrt: SW_RSQRT
    case .floor: SW_FLOOR
    case .ceil: SW_CEIL
    case .round: SW_ROUND
    case .isFinite: SW_IS_FINITE
    case .not: nil
    }
  }

  private static func signedUnary(_ op: UnaryOp) -> Int? {
    switch op {
    case .neg: SW_I_NEG
    case .abs: SW_I_ABS
    case .sign: SW_I_SIGN
    case .not: SW_NOT
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .sqrt, .rsqrt, .floor,
      .ceil, .round, .isFinite:
      nil
    }
  }

  private static func floatBinary(_ op: BinaryOp) -> Int? {
    switch op {
    case .add: SW_ADD
    case .sub: SW_SUB
    case .mul: SW_MUL
    case .div: SW_DIV
    case .rem: SW_REM
    case .max: SW_MAX
    case .min: SW_MIN
    case .pow: SW_POW
    case .and, .or, .xor, .shl, .shr: nil
    }
  }

  private static func integerBinary(_ op: BinaryOp, _ greater: Int, _ smaller: Int) -> Int? {
    switch op {
    case .add: SW_I_ADD
    case .sub: SW_I_SUB
    case .mul: SW_I_MUL
    case .max: greater
    case .min: smaller
    case .and: SW_AND
    case .or: SW_OR
    case .xor: SW_XOR
    // Defined for unsigned integers only.
    case .shl: greater == SW_U_MAX ? SW_I_SHL : nil
    case .shr: greater == SW_U_MAX ? SW_I_SHR : nil
    case .div, .rem, .pow: nil
    }
  }

  private static func truthBinary(_ op: BinaryOp) -> Int? {
    switch op {
    case .and, .min: SW_AND
    case .or, .max: SW_OR
    case .xor: SW_XOR
    case .add, .sub, .mul, .div, .rem, .pow, .shl, .shr: nil
    }
  }

  private static func comparison(_ op: CompareOp, _ cell: Cell) -> Int? {
    switch (op, cell) {
    case (.eq, .float): SW_EQ
    case (.lt, .float): SW_LT
    case (.le, .float): SW_LE
    case (.eq, .signed), (.eq, .unsigned): SW_I_EQ
    case (.lt, .signed): SW_I_LT
    case (.le, .signed): SW_I_LE
    case (.lt, .unsigned): SW_U_LT
    case (.le, .unsigned): SW_U_LE
    case (_, .truth): nil
    }
  }

  private static func conversion(_ source: Cell, _ result: Cell) -> Int? {
    switch (source, result) {
    case (.float, .float), (.signed, .signed), (.signed, .unsigned), (.unsigned, .signed),
      (.unsigned, .unsigned), (.truth, .truth):
      SW_COPY
    case (.float, .signed): SW_F32_TO_I32
    case (.float, .unsigned): SW_F32_TO_U32
    case (.signed, .float): SW_I32_TO_F32
    case (.unsigned, .float): SW_U32_TO_F32
    case (.truth, .float): SW_TRUE_TO_F32
    case (.truth, .signed), (.truth, .unsigned): SW_TRUE_TO_I32
    case (.float, .truth): SW_F32_TO_TRUE
    case (.signed, .truth), (.unsigned, .truth): SW_I32_TO_TRUE
    }
  }
}
