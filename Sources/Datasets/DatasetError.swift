// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// Why sequences could not be made from files or from a description.
public typealias DatasetError = Diagnostic<DatasetErrorCode>

/// The kinds of ``DatasetError``.
public enum DatasetErrorCode: String, DiagnosticCode {
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

  /// `…; expected …`.
  public static var wording: DiagnosticWording { .sentence }
}

extension DatasetError {
  package init(
    _ code: Kind, path: String, found: String, expected: String? = nil, suggestion: String? = nil
  ) {
    self.init(
      code: code, path: path, found: found, expected: expected, suggestion: suggestion)
  }
}
