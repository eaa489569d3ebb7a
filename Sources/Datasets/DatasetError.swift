public import Diagnostics

/// Why sequences could not be made from files or from a description.
public struct DatasetError: DiagnosticError, Hashable {
  /// What kind of failure it was.
  public enum Code: String, DiagnosticCode {
    /// The file is of a kind that cannot be read, or of another kind than its name says.
    case unknownKind
    /// The file contradicts its own format.
    case malformed
    /// The file ends before its own header says.
    case truncated
    /// The file is well formed, but holds something that cannot be read, such as compressed sound.
    case unsupported
    /// There is no array of that name in the file.
    case unknownMember
    /// A value does not fit the type that it is read into.
    case outOfRange
    /// Files, lengths or masks do not fit together.
    case mismatch
    /// A signal was described wrongly.
    case badSignal

    /// Whose mistake it is.
    public var origin: DiagnosticOrigin {
      switch self {
      case .mismatch, .badSignal: .request
      case .unknownKind, .malformed, .truncated, .unsupported, .unknownMember, .outOfRange: .file
      }
    }
  }

  /// What kind of failure it was.
  public let code: Code
  /// The file, and the array in it where there is one: `run.npz:logits`.
  public let path: String
  /// What was found.
  public let found: String
  /// What should have been there, if it can be said.
  public let expected: String?
  /// What to do about it.
  public let suggestion: String?

  package init(
    _ code: Code, path: String, found: String, expected: String? = nil, suggestion: String? = nil
  ) {
    self.code = code
    self.path = path
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
  }

  /// The message for people: where, what, what was expected, what to do.
  public var description: String {
    var text = "\(path): \(found)"
    if let expected { text += "; expected \(expected)" }
    if let suggestion { text += "; \(suggestion)" }
    return text
  }
}
