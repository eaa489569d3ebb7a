public import Diagnostics

/// Why a program could not be evaluated with the given inputs.
public typealias EvaluationError = Diagnostic<EvaluationErrorCode>

/// The kinds of ``EvaluationError``.
public enum EvaluationErrorCode: String, DiagnosticCode {
  /// Too few or too many inputs.
  case inputCount
  /// An input of another dtype or shape than the program's.
  case inputType

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { .program }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }
}
