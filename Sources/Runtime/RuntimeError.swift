// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// A request to a model that cannot be met.
public typealias RuntimeError = Diagnostic<RuntimeErrorCode>

/// The kinds of ``RuntimeError``.
public enum RuntimeErrorCode: String, DiagnosticCode {
  /// Values and mask do not make a sequence.
  case invalidSequence
  /// The input is not what the model was made for.
  case invalidInput
  /// A constant is missing or does not fit.
  case invalidConstant
  /// Weights are missing or do not fit.
  case invalidWeights
  /// A saved state belongs to another model.
  case invalidState
  /// A step needs larger caches than are allowed.
  case cacheFull
  /// The computation was cancelled.
  case cancelled
  /// What was requested has no gradient.
  case notDifferentiable

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin {
    switch self {
    case .cancelled: .cancelled
    case .cacheFull: .memory
    case .invalidInput, .invalidConstant, .invalidSequence, .invalidWeights, .notDifferentiable:
      .request
    // States are only put back where they were taken.
    case .invalidState: .program
    }
  }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }
}

extension RuntimeError {
  /// Makes an error.
  public init(_ code: Kind, found: String, expected: String) {
    self.init(code: code, found: found, expected: expected)
  }
}
