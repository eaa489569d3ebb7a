public import Diagnostics
import Tensors

/// A request to a model that cannot be met.
public struct RuntimeError: DiagnosticError, Hashable {
  /// What kind of mistake it is.
  public enum Code: String, DiagnosticCode {
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
    /// What was asked for has no gradient.
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
  }

  /// What kind of mistake it is.
  public var code: Code
  /// What was found.
  public var found: String
  /// What was expected.
  public var expected: String

  /// Makes an error.
  public init(_ code: Code, found: String, expected: String) {
    self.code = code
    self.found = found
    self.expected = expected
  }

  /// What was found and what was expected, on one line.
  public var description: String { "found \(found), expected \(expected)" }
}
