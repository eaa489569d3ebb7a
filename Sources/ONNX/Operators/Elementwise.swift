import Programs
import Tensors

/// Arithmetic, comparisons and functions of single elements.
enum Elementwise {
  static let rows = OperatorTable.single([
    "Add": binary(.add), "Sub": binary(.sub), "Mul": binary(.mul), "Div": binary(.div),
    "Pow": power, "Mod": modulo, "And": binary(.and), "Or": binary(.or), "Xor": binary(.xor),
    "BitwiseAnd": binary(.and), "BitwiseOr": binary(.or), "BitwiseXor": binary(.xor),
    "BitwiseNot": unary(.not), "BitShift": shifted,
    "Max": folded(.max), "Min": folded(.min), "Sum": folded(.add), "Mean": mean,
    "Equal": compared(.eq), "Less": compared(.lt), "LessOrEqual": compared(.le),
    "Greater": compared(.lt, swapped: true), "GreaterOrEqual": compared(.le, swapped: true),
    "Where": chosen, "Neg": unary(.neg), "Abs": unary(.abs), "Sign": unary(.sign),
    "Exp": unary(.exp), "Log": unary(.log), "Sin": unary(.sin), "Cos": unary(.cos),
    "Tanh": unary(.tanh), "Sqrt": unary(.sqrt), "Floor": unary(.floor), "Ceil": unary(.ceil),
    "Round": unary(.round), "Erf": unary(.erf), "Sigmoid": unary(.sigmoid), "Not": unary(.not),
    "Tan": { try unary(.sin)($0) / unary(.cos)($0) },
    "Sinh": { call in try hyperbolic(call) { ($0 - $1).scaled(by: 0.5) } },
    "Cosh": { call in try hyperbolic(call) { ($0 + $1).scaled(by: 0.5) } },
    "Reciprocal": { call in
      let x = try call.value(0)
      return x.scalarOf(1) / x
    },
    "IsNaN": { call in
      let x = try call.value(0)
      return x.compare(.eq, x).not
    },
    "IsInf": infinite,
  ])

  private static func unary(_ op: UnaryOp) -> OperatorTable.Lowering {
    { try $0.value(0).unary(op) }
  }

  private static func binary(_ op: BinaryOp) -> OperatorTable.Lowering {
    { call in
      let (a, b) = call.unified(try call.value(0), try call.value(1))
      return a.binary(op, b)
    }
  }

  private static func compared(
    _ op: CompareOp, swapped: Bool = false
  ) -> OperatorTable.Lowering {
    { call in
      let (a, b) = call.unified(try call.value(0), try call.value(1))
      return swapped ? b.compare(op, a) : a.compare(op, b)
    }
  }

  /// One function over any number of operands.
  private static func folded(_ op: BinaryOp) -> OperatorTable.Lowering {
    { call in
      let values = try call.values()
      guard let first = values.first else { throw call.invalid("no operands", expected: "some") }
      return values.dropFirst().reduce(first) { sum, next in
        let (a, b) = call.unified(sum, next)
        return a.binary(op, b)
      }
    }
  }

  private static let mean: OperatorTable.Lowering = { call in
    try folded(.add)(call).scaled(by: 1 / Double(max(call.operands.count, 1)))
  }

  private static func hyperbolic(
    _ call: NodeCall, _ body: (Value, Value) -> Value
  ) throws -> Value {
    let x = try call.value(0)
    return body(x.unary(.exp), x.unary(.neg).unary(.exp))
  }

  /// Whole numbers are raised in double precision; known small exponents become products and roots.
  private static let power: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    if let exponent = call.known(1), exponent.count == 1, exponent.rank == 0,
      x.dtype.isFloating
    {
      switch exponent.double(at: 0) {
      case 1: return x
      case 2: return x * x
      case 3: return x * x * x
      case 0.5: return x.unary(.sqrt)
      default: break
      }
    }
    let y = try call.value(1)
    guard x.dtype != y.dtype || !x.dtype.isFloating else { return x.binary(.pow, y) }
    let wide: DType = x.dtype == .float32 && y.dtype == .float32 ? .float32 : .float64
    return x.converted(to: wide).binary(.pow, y.converted(to: wide)).converted(to: x.dtype)
  }

  /// The remainder with the sign of the divisor; with `fmod` that of the dividend.
  private static let modulo: OperatorTable.Lowering = { call in
    let (a, b) = call.unified(try call.value(0), try call.value(1))
    let rest = a.binary(.rem, b)
    guard !call.flag("fmod") else { return rest }
    let isOther = rest.compare(.lt, 0).binary(.xor, b.compare(.lt, 0))
    let isWhole = rest.compare(.eq, 0)
    return isOther.and(isWhole.not).select(rest + b, rest)
  }

  private static let shifted: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    guard x.dtype == .uint8 || x.dtype == .uint32 else {
      throw call.unsupported(
        "shifts of \(x.dtype.name)", expected: "unsigned numbers of 8 or 32 bits")
    }
    return x.binary(call.string("direction", "LEFT") == "LEFT" ? .shl : .shr, try call.value(1))
  }

  private static let chosen: OperatorTable.Lowering = { call in
    let (a, b) = call.unified(try call.value(1), try call.value(2))
    let condition = try call.value(0)
    guard let ab = Shape.broadcast(a.shape, b.shape),
      let common = Shape.broadcast(ab, condition.shape)
    else { return condition.select(a, b) }
    return condition.broadcast(to: common).select(a.broadcast(to: common), b.broadcast(to: common))
  }

  private static let infinite: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let above = x.compare(.eq, .infinity)
    let below = x.compare(.eq, -Double.infinity)
    switch (call.int("detect_positive", 1) != 0, call.int("detect_negative", 1) != 0) {
    case (true, true): return above.or(below)
    case (true, false): return above
    case (false, true): return below
    case (false, false): return above.and(below)
    }
  }
}

extension Value {
  /// A number as a scalar of this value's dtype.
  func scalarOf(_ number: Double) -> Value { builder.scalar(number, dtype) }
}
