import Diagnostics
package import Tensors

/// How far rounding may drive two right computations of the same numbers apart, relative to the
/// largest number.
///
/// `depth · (u + √terms · s)`: each of `depth` layers rounds its results to the type of the arrays,
/// with unit roundoff `u`, and its sums of `terms` terms in another order, with unit roundoff `s`:
/// that of float32 where the arrays have 16 bits, since sums are kept in singles, else `u`. Whole
/// numbers are not rounded.
///
/// Source: N. Higham, T. Mary, A new approach to probabilistic rounding error analysis, SIAM J. Sci.
/// Comput. 41 (2019): sums of n terms err by about √n u.
package struct ErrorBudget: Hashable, Sendable {
  /// The type that the numbers were rounded to.
  package var dtype: DType
  /// The terms of the longest sums.
  package var terms: Int
  /// The layers between input and result.
  package var depth: Int

  /// What is assumed where nothing is known: sums of 1,024 terms, eight layers.
  package init(_ dtype: DType, terms: Int = 1024, depth: Int = 8) {
    self.dtype = dtype
    self.terms = terms
    self.depth = depth
  }

  /// The largest difference that rounding explains, in units of the largest number.
  package var relative: Double {
    guard let unit = dtype.unitRoundoff else { return 0 }
    let sums = dtype.byteCount == 2 ? 0x1p-24 : unit
    return Double(max(depth, 1)) * (unit + Double(max(terms, 1)).squareRoot() * sums)
  }

  /// The same in units in the last place of the largest number.
  package var ulps: Double { dtype.unitRoundoff.map { relative / (2 * $0) } ?? 0 }

  /// A distance in units in the last place, with their type where it is a narrow one.
  package func ulpText(_ count: Int) -> String {
    let name = dtype.byteCount == 2 ? "ulp of \(dtype.name)" : "ulp"
    // Two numbers that a narrow type does not distinguish.
    return count == 0 ? "less than 1 \(name)" : "\(NumberText.grouped(count)) \(name)"
  }

  /// What the budget is made for.
  package var basis: String {
    let layers = depth == 1 ? "1 layer" : "\(NumberText.grouped(depth)) layers"
    return "\(dtype.name), \(layers), sums of \(NumberText.grouped(terms)) terms"
  }
}

extension DType {
  /// Half the distance from 1 to the next number; nil for types that do not round.
  package var unitRoundoff: Double? {
    switch self {
    case .float64: 0x1p-53
    case .float32, .complex64: 0x1p-24
    case .float16: 0x1p-11
    case .bfloat16: 0x1p-8
    case .int8, .int16, .int32, .int64, .uint8, .uint32, .bool: nil
    }
  }
}
