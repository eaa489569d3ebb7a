import Diagnostics

/// By what two arrays are judged: what the user requested, else what rounding explains.
package struct Criterion: Hashable, Sendable {
  /// What counts as equal because the user said so.
  package var asked: Tolerance?
  /// What rounding explains.
  package var budget: ErrorBudget
  /// The largest finite magnitude of the valid numbers on both sides.
  package var largest: Double

  package init(asked: Tolerance? = nil, budget: ErrorBudget, largest: Double) {
    self.asked = asked
    self.budget = budget
    self.largest = largest
  }

  /// The criterion for two arrays: what was requested, or rounding in the coarser of their types.
  package init(
    for offline: ComparedArray, _ stream: ComparedArray, options: ArrayComparison.Options
  ) {
    let stored = ValueDifference.coarser(StoredPrecision.of(offline), StoredPrecision.of(stream))
    let dtype = options.precision.map { ValueDifference.coarser(stored, $0) } ?? stored
    self.init(
      asked: options.tolerance,
      budget: ErrorBudget(dtype, terms: options.terms, depth: options.depth),
      largest: max(offline.largestMagnitude, stream.largestMagnitude))
  }

  /// The largest difference that rounding explains.
  package var roundingBound: Double { budget.relative * largest }

  /// Whether a difference is more than what was requested or, unless anything was, than rounding.
  package func differs(_ offline: Double, _ stream: Double) -> Bool {
    let difference = ValueDifference.between(offline, stream)
    guard difference > 0 else { return false }
    guard let asked else { return difference > roundingBound }
    return !asked.allows(got: stream, want: offline, budget.dtype)
  }

  /// What is said of two arrays whose largest difference this is.
  package func closeness(largest difference: Double, anyDiffers: Bool) -> Closeness {
    if anyDiffers { return .differ }
    return difference > 0 && difference <= roundingBound ? .rounding : .equal
  }

  /// What counts as no difference, such as `1e-05`, or `4.8e-05, rounding`.
  package var boundText: String { asked?.text ?? NumberText.short(roundingBound, digits: 2) }

  /// How the bound of rounding comes about.
  package var budgetText: String {
    "rounding explains up to \(NumberText.short(roundingBound, digits: 2)): "
      + "\(NumberText.short(budget.relative, digits: 2)) of the largest value "
      + "\(NumberText.short(largest)), \(NumberText.short(budget.ulps, digits: 2)) ulp there "
      + "(\(budget.basis))"
  }
}
