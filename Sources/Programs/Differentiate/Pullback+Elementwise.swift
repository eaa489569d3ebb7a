import Tensors

extension Pullback {
  func unary(_ op: UnaryOp, _ g: Value) {
    guard let contribution = derivative(op, g) else { return }
    contribute(to: 0, contribution)
  }

  /// Cotangent times derivative; nil where the derivative is zero everywhere.
  private func derivative(_ op: UnaryOp, _ g: Value) -> Value? {
    switch op {
    case .neg: return g.unary(.neg)
    case .abs: return g * operand(0).unary(.sign)
    case .exp: return g * result()
    case .expm1: return g * result().adding(1)
    case .log: return g / operand(0)
    case .log1p: return g / operand(0).adding(1)
    case .sin: return g * operand(0).unary(.cos)
    case .cos: return (g * operand(0).unary(.sin)).unary(.neg)
    case .tanh:
      // (1 + y)(1 - y) keeps the digits that 1 - y² loses where y is near 1.
      let y = result()
      let one = builder.full(1, y.type)
      return g * (one + y) * (one - y)
    case .sigmoid:
      let y = result()
      return g * y * (builder.full(1, y.type) - y)
    case .erf:
      let x = operand(0)
      return g * (x * x).unary(.neg).unary(.exp).scaled(by: Self.twoBySquareRootOfPi)
    case .sqrt: return g.scaled(by: 0.5) / result()
    case .rsqrt: return g * (result() / operand(0)).scaled(by: -0.5)
    case .sign, .floor, .ceil, .round, .not, .isFinite: return nil
    }
  }

  private static let twoBySquareRootOfPi = 2 / Double.pi.squareRoot()

  func binary(_ op: BinaryOp, _ g: Value) {
    switch op {
    case .add:
      contribute(to: 0, g)
      contribute(to: 1, g)
    case .sub:
      contribute(to: 0, g)
      contribute(to: 1, g.unary(.neg))
    case .mul:
      contribute(to: 0, g * operand(1))
      contribute(to: 1, g * operand(0))
    case .div:
      let quotient = g / operand(1)
      contribute(to: 0, quotient)
      contribute(to: 1, (quotient * result()).unary(.neg))
    case .rem:
      contribute(to: 0, g)
      contribute(to: 1, (g * wholeQuotient()).unary(.neg))
    case .max:
      contribute(to: 0, chosen(g, over: operand(1), than: operand(0)))
      contribute(to: 1, chosen(g, over: operand(0), than: operand(1)))
    case .min:
      contribute(to: 0, chosen(g, over: operand(0), than: operand(1)))
      contribute(to: 1, chosen(g, over: operand(1), than: operand(0)))
    case .pow:
      contribute(to: 0, powerBaseDerivative(g))
      contribute(to: 1, g * logOfBase() * result())
    case .and, .or, .xor, .shl, .shr: break
    }
  }

  /// The whole number of times that the divisor was taken away.
  private func wholeQuotient() -> Value {
    ((operand(0) - result()) / operand(1)).unary(.round)
  }

  /// `g` where `low < high`, half of it where they are equal, else 0.
  private func chosen(_ g: Value, over low: Value, than high: Value) -> Value {
    let zero = builder.full(0, g.type)
    let half = (low .== high).select(g.scaled(by: 0.5), zero)
    return (low .< high).select(g, half)
  }

  /// `b a^(b - 1)`, which is 0 for `b = 0` even where `a` is 0.
  private func powerBaseDerivative(_ g: Value) -> Value {
    let base = operand(0)
    let exponent = operand(1)
    let isZero = exponent.compare(.eq, 0)
    let safe = isZero.select(builder.full(1, exponent.type), exponent)
    let slope = exponent * base.binary(.pow, safe.adding(-1))
    return g * isZero.select(builder.full(0, slope.type), slope)
  }

  /// `ln a`, and 0 for `a = 0`, where `a^b` does not change with a positive `b`.
  private func logOfBase() -> Value {
    let base = operand(0)
    let isZero = base.compare(.eq, 0)
    return isZero.select(builder.full(1, base.type), base).unary(.log)
  }

  func select(_ g: Value) {
    let condition = operand(0)
    let zero = builder.full(0, g.type)
    contribute(to: 1, condition.select(g, zero))
    contribute(to: 2, condition.select(zero, g))
  }
}
