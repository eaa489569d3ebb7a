// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// Why something cannot be exported.
public typealias ExportError = Diagnostic<ExportErrorCode>

/// The kinds of ``ExportError``.
public enum ExportErrorCode: String, DiagnosticCode {
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

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }
}

extension ExportError {
  /// Makes an error.
  public init(
    _ code: Kind, path: String, found: String, expected: String, suggestion: String? = nil
  ) {
    self.init(
      code: code, path: path, found: found, expected: expected, suggestion: suggestion)
  }
}
