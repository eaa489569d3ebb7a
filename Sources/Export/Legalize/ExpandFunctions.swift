import Programs
import Tensors

/// Polynomials for functions that a target lacks, fitted by least squares reweighted towards the smallest
/// greatest error, highest power first.
enum FittedPolynomial {
  /// `erf(x) / x` of `x²` for `|x| < 1`.
  static let erfNear = [
    -9.64156685985548e-06, 0.00011256965937711794, -0.0008482831366678217, 0.005220945608254061,
    -0.026865400105074575, 0.11283781975186455, -0.3761263843472109, 1.1283791670580299,
  ]
  /// `log(erfc(x))` for `1 <= x <= 4`; beyond, erf is 1 in single precision.
  static let erfFar = [
    -1.0414291795806512e-08, 1.874052884413126e-06, -4.838844639988865e-05,
    0.0006097870287607446, -0.004804617624158712, 0.026521719276606175, -0.1102245457684984,
    -0.631697634230046, -1.1302974873256924, 0.00033379545730838345,
  ]
  /// `expm1(x) / x` for `|x| < 0.5`.
  static let expm1 = [
    2.755743911021942e-06, 2.4956517002236167e-05, 0.0001984170915466919, 0.0013888599437454534,
    0.00833333241974617, 0.04166666866486418, 0.16666666671788802, 0.4999999999628852,
    0.9999999999995752,
  ]
  /// `log1p(x) / x` for `-0.3 < x < 0.45`.
  static let log1p = [
    -0.042124268803542225, 0.0883977047736355, -0.09520251719374351, 0.09146697278718142,
    -0.09856907168206853, 0.11090848360869501, -0.12507904784998672, 0.1428708259197142,
    -0.16666454417171012, 0.19999964196371475, -0.2500000252878668, 0.3333333365625374,
    -0.4999999999073609, 0.9999999999954517,
  ]
}

extension Rewrite {
  /// Elementwise functions by those that every target has.
  ///
  /// `erf` is within 1.4e-7, `expm1` and `log1p` within 5e-7 of their values; `rsqrt` is two roundings, as
  /// programs define it.
  static func expandFunctions(_ expanded: Set<UnaryOp>) -> Rewrite {
    Rewrite(name: "functions") { operation in
      guard case .unary(let op) = operation.op, expanded.contains(op) else { return nil }
      let x = operation.operands[0]
      guard x.dtype.isLowPrecision else { return [x.expanded(op)] }
      let wide = x.converted(to: .float32).expanded(op)
      return [wide.dtype == .bool ? wide : wide.converted(to: x.dtype)]
    }
  }
}

extension Value {
  fileprivate func expanded(_ op: UnaryOp) -> Value {
    switch op {
    case .erf: return erf
    case .expm1:
      let far = unary(.exp).adding(-1)
      return unary(.abs).compare(.lt, 0.5).select(self * polynomial(FittedPolynomial.expm1), far)
    case .log1p:
      let isNear = adding(-0.075).unary(.abs).compare(.lt, 0.37)
      return isNear.select(self * polynomial(FittedPolynomial.log1p), adding(1).unary(.log))
    case .rsqrt: return full(1) / unary(.sqrt)
    case .isFinite: return unary(.abs).compare(.lt, .infinity)
    case .neg, .abs, .sign, .exp, .log, .sin, .cos, .tanh, .sigmoid, .sqrt, .floor, .ceil, .round,
      .not:
      return unary(op)
    }
  }

  private var erf: Value {
    let magnitude = unary(.abs)
    let near = self * (self * self).polynomial(FittedPolynomial.erfNear)
    let exponent = full(4).binary(.min, magnitude).polynomial(FittedPolynomial.erfFar)
    let far = full(1) - exponent.unary(.exp)
    let signed = compare(.lt, 0).select(far.unary(.neg), far)
    // An infinity times 0 in the branch that is not chosen does not matter; a NaN stays one.
    return isNaN.select(self, magnitude.compare(.lt, 1).select(near, signed))
  }

  /// Horner's rule, highest power first.
  private func polynomial(_ coefficients: [Double]) -> Value {
    coefficients.dropFirst().reduce(full(coefficients[0])) { ($0 * self).adding($1) }
  }
}
