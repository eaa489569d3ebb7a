public import Diagnostics

/// Why something cannot be exported.
public struct ExportError: DiagnosticError, Hashable {
  /// What kind of refusal it is.
  public enum Code: String, DiagnosticCode {
    /// The target has no operator for an operation.
    case unsupportedOperation
    /// The target does not compute in a dtype.
    case unsupportedType
    /// The file would be larger than its format can be.
    case tooLarge
    /// An option is not one that there is.
    case invalidOption
    /// The folder cannot be made, or is there already.
    case folder
    /// The model cannot be exported as it is.
    case model

    /// Whose mistake it is.
    public var origin: DiagnosticOrigin {
      switch self {
      case .folder: .file
      case .unsupportedOperation, .unsupportedType, .tooLarge, .invalidOption, .model: .request
      }
    }
  }

  /// What kind of refusal it is.
  public var code: Code
  /// Where: a layer path with its operation, a file or an option.
  public var place: String
  /// What was found.
  public var found: String
  /// What would have been right.
  public var expected: String
  /// What to do about it.
  public var fix: String?

  /// Makes an error.
  public init(
    _ code: Code, place: String, found: String, expected: String, fix: String? = nil
  ) {
    self.code = code
    self.place = place
    self.found = found
    self.expected = expected
    self.fix = fix
  }

  /// Where, what was found, what was expected and what to do, on one line.
  public var description: String {
    "\(place): found \(found), expected \(expected)" + (fix.map { "; \($0)" } ?? "")
  }
}
