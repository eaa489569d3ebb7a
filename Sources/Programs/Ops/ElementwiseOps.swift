/// An elementwise function of one operand.
///
/// Results keep the operand's dtype except `isFinite`.
/// `bfloat16` and `float16` are computed in `float32` and rounded once; integers wrap.
public enum UnaryOp: String, CaseIterable, Sendable {
  /// `-x`.
  case neg
  /// `|x|`.
  case abs
  /// -1, 0 or 1; NaN stays NaN, and a zero keeps its sign.
  case sign
  /// `e^x`.
  case exp
  /// `e^x - 1`.
  case expm1
  /// The natural logarithm.
  case log
  /// `ln(1 + x)`.
  case log1p
  /// The sine of radians.
  case sin
  /// The cosine of radians.
  case cos
  /// The hyperbolic tangent.
  case tanh
  /// The logistic function `1 / (1 + e^-x)`.
  case sigmoid
  /// The error function.
  case erf
  /// The square root.
  case sqrt
  /// `1 / sqrt(x)`, both steps rounded (to `float32` in the low precisions).
  case rsqrt
  /// The greatest whole number not above `x`.
  case floor
  /// The least whole number not below `x`.
  case ceil
  /// The nearest whole number, ties to even.
  case round
  /// Boolean or bitwise negation.
  case not
  /// Whether `x` is neither infinite nor NaN, as `bool`.
  case isFinite
}

/// An elementwise function of two operands of equal type.
public enum BinaryOp: String, CaseIterable, Sendable {
  /// `a + b`; integers wrap.
  case add
  /// `a - b`; integers wrap.
  case sub
  /// `a * b`; integers wrap.
  case mul
  /// `a / b`; integers divide towards zero, and by 0 give 0.
  case div
  /// The remainder of `div`, with the sign of `a`; integers by 0 give 0.
  case rem
  /// The greater; NaN if either is; +0 counts as greater than -0.
  case max
  /// The smaller; NaN if either is; -0 counts as smaller than +0.
  case min
  /// `a ^ b`.
  case pow
  /// Boolean or bitwise and.
  case and
  /// Boolean or bitwise or.
  case or
  /// Boolean or bitwise exclusive or.
  case xor
  /// `a << b` for unsigned integers; 0 when `b` is the width or more.
  case shl
  /// `a >> b` for unsigned integers; 0 when `b` is the width or more.
  case shr
}

/// An elementwise comparison.
///
/// NaN is equal to nothing and ordered with nothing.
public enum CompareOp: String, CaseIterable, Sendable {
  /// `a == b`.
  case eq
  /// `a < b`.
  case lt
  /// `a <= b`.
  case le
}
