import Diagnostics

/// What is wrong with an equation of axes, whichever layer it belongs to.
typealias PatternError = Diagnostic<PatternErrorCode>

/// The kinds of ``PatternError``.
enum PatternErrorCode: DiagnosticCode {
  /// The text is no equation, or its axes do not fit.
  case pattern

  var origin: DiagnosticOrigin { .layers }

  static var wording: DiagnosticWording { .values }
}

extension PatternError {
  init(found: String, expected: String) {
    self.init(code: .pattern, found: found, expected: expected)
  }
}
