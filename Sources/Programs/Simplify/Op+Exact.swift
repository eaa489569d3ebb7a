import Tensors

extension Op {
  /// Whether every correct execution gives the bits that the reference evaluator gives: no sums and
  /// no transcendental functions of floats, and no bits of a NaN.
  package func isExact(_ operands: [ValueType]) -> Bool {
    let isFloating = operands.first?.dtype.isFloating ?? false
    switch self {
    case .constant, .iota, .convert, .random, .compare, .select, .movement, .stopGradient:
      return true
    case .bitcast: return !isFloating
    case .unary(let op): return !isFloating || op.isExact
    case .binary(let op): return !isFloating || op != .pow
    case .reduction(.reduce(let kind, _)), .reduction(.cumulative(let kind, _, _)),
      .reduction(.reduceWindow(let kind, _)):
      return !isFloating || (kind != .sum && kind != .prod)
    case .reduction(.argReduce), .reduction(.sort): return true
    case .contraction, .indexing(.scatterAdd): return !isFloating
    case .indexing(.gather), .indexing(.dynamicSlice), .indexing(.dynamicUpdate): return true
    case .fft, .loop, .composite: return false
    }
  }
}

extension UnaryOp {
  /// Whether the result for floats is exact or correctly rounded.
  fileprivate var isExact: Bool {
    switch self {
    case .neg, .abs, .sign, .sqrt, .rsqrt, .floor, .ceil, .round, .not, .isFinite: true
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf: false
    }
  }
}
