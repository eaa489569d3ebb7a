import Programs
import Tensors

extension Rewrite {
  /// Orders, extremes and choices of truth values by logic, and reductions of them by integers, where the
  /// target has none of its own.
  static func booleanArithmetic(selects: Bool, reduces: Bool) -> Rewrite {
    Rewrite(name: "truth values") { operation in
      let x = operation.operands
      guard let type = operation.results.first else { return nil }
      switch operation.op {
      case .compare(let op):
        guard x[0].dtype == .bool else { return nil }
        switch op {
        case .eq: return [x[0].binary(.xor, x[1]).not]
        case .lt: return [x[0].not.and(x[1])]
        case .le: return [x[0].not.or(x[1])]
        }
      case .binary(let op):
        guard type.dtype == .bool else { return nil }
        switch op {
        case .max: return [x[0].or(x[1])]
        case .min: return [x[0].and(x[1])]
        case .add, .sub, .mul, .div, .rem, .pow, .and, .or, .xor, .shl, .shr: return nil
        }
      case .select:
        guard type.dtype == .bool, !selects else { return nil }
        return [x[0].and(x[1]).or(x[0].not.and(x[2]))]
      case .reduction(.reduce(let kind, let axes)):
        guard type.dtype == .bool else { return nil }
        let isAll = kind == .and || kind == .min
        if reduces { return [x[0].reduced(isAll ? .and : .or, axes: axes)] }
        let numbers = x[0].converted(to: .int32).reduced(isAll ? .min : .max, axes: axes)
        // Of no elements the extremes are those of integers.
        return [numbers.full(0).compare(.lt, numbers)]
      case .constant, .iota, .convert, .bitcast, .random, .unary, .movement, .reduction,
        .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
        return nil
      }
    }
  }
}
