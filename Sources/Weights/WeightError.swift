public import Diagnostics

/// Why a weight file could not be used.
public struct WeightError: DiagnosticError, Hashable {
  /// What kind of failure it was.
  public enum Code: String, DiagnosticCode {
    /// The file is of another kind.
    case notSafetensors
    /// The file ends before its own header says.
    case truncated
    /// The header is not the JSON that the format asks for.
    case badHeader
    /// A tensor's place in the file contradicts its shape, its neighbours or the file's length.
    case badOffsets
    /// The element type cannot be read.
    case unsupportedDType
    /// There is no tensor of that name.
    case unknownTensor
    /// A value does not fit the type that it is read into.
    case outOfRange
    /// Tensors are missing, have the wrong shape, or cannot be told apart.
    case mismatch

    /// Whose mistake it is.
    public var origin: DiagnosticOrigin {
      switch self {
      case .mismatch: .request
      case .notSafetensors, .truncated, .badHeader, .badOffsets, .unsupportedDType, .unknownTensor,
        .outOfRange:
        .file
      }
    }
  }

  /// What kind of failure it was.
  public let code: Code
  /// The file, and the tensor in it where there is one: `model.safetensors: encoder/kernel`.
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
