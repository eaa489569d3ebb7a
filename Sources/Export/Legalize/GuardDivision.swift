import Programs
import Tensors

extension Rewrite {
  /// Integer quotients and remainders by 0 are 0 here, and what runtimes fail or trap at: divisors of 0
  /// become 1, and their results 0.
  ///
  /// Floating remainders of a target that only has the floor modulus are those of magnitudes, with the
  /// sign of the dividend.
  static func guardDivision(hasFloatRemainder: Bool) -> Rewrite {
    Rewrite(name: "division") { operation in
      guard case .binary(let op) = operation.op, op == .div || op == .rem else { return nil }
      let (a, b) = (operation.operands[0], operation.operands[1])
      if a.dtype.isFloating {
        guard op == .rem, !hasFloatRemainder else { return nil }
        let rest = a.unary(.abs).binary(.rem, b.unary(.abs))
        return [a.compare(.lt, 0).select(rest.unary(.neg), rest)]
      }
      let isZero = b.compare(.eq, 0)
      let divisor = isZero.select(b.full(1), b)
      let quotient = a / divisor
      let result = op == .div ? quotient : a - quotient * divisor
      return [isZero.select(result.full(0), result)]
    }
  }
}
