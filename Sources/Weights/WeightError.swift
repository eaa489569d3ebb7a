// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// Why a weight file could not be used.
public typealias WeightError = Diagnostic<WeightErrorCode>

/// The kinds of ``WeightError``.
public enum WeightErrorCode: String, DiagnosticCode {
  /// The file is of another kind.
  case notSafetensors
  /// The file ends before its own header says.
  case truncated
  /// The header is not the JSON that the format requires.
  case badHeader
  /// A tensor's place in the file contradicts its shape, its neighbours or the file's length.
  case badOffsets
  /// The element type cannot be read.
  case unsupportedDType
  /// There is no tensor of that name.
  case unknownTensor
  /// A value does not fit the type that it is read into.
  case outOfRange
  /// Tensors are missing, have the wrong shape, or cannot be distinguished.
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

  /// `…; expected …`.
  public static var wording: DiagnosticWording { .sentence }
}

extension WeightError {
  package init(
    _ code: Kind, path: String, found: String, expected: String? = nil, suggestion: String? = nil
  ) {
    self.init(
      code: code, path: path, found: found, expected: expected, suggestion: suggestion)
  }
}
