// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// A request for more memory than there may be, found before anything was allocated for it.
public typealias MemoryError = Diagnostic<MemoryErrorCode>

/// The kinds of ``MemoryError``.
public enum MemoryErrorCode: DiagnosticCode {
  /// The request is more than the budget; `Int.max` bytes stand for more than can be counted.
  case overBudget(byteCount: Int)

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { .memory }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }
}

extension MemoryError {
  /// Makes an error: what needs how much of which budget, and how to raise that.
  ///
  /// - Parameters:
  ///   - what: What the memory is for.
  ///   - byteCount: How much would be needed; `Int.max` for more than can be counted.
  ///   - budget: What it is more than.
  public init(what: String, byteCount: Int, budget: MemoryBudget) {
    let need = byteCount == .max ? "more bytes than can be counted" : NumberText.bytes(byteCount)
    // Beyond a tebibyte it is a number that is wrong, not the budget.
    let advice = byteCount < 1 << 40 ? NumberText.bytes(byteCount / 4 * 5) : nil
    self.init(
      code: .overBudget(byteCount: byteCount), path: what, found: "a need of \(need)",
      expected: "at most the memory budget of \(NumberText.bytes(budget.byteCount)) "
        + "(\(budget.origin))",
      suggestion: advice.map { "start with --memory \($0.filter { $0 != " " }) to allow it" })
  }

  /// How much would be needed; `Int.max` for more than can be counted.
  public var byteCount: Int {
    switch code {
    case .overBudget(let byteCount): byteCount
    }
  }
}
