// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// Why an ONNX file cannot be opened, or its graph cannot be traced.
public typealias OnnxError = Diagnostic<OnnxErrorCode>

/// The kinds of ``OnnxError``.
public enum OnnxErrorCode: String, DiagnosticCode {
  /// The bytes are no ONNX model, or end too early, or contradict themselves.
  case damaged
  /// The file asks for more than is allowed: nesting, counts, sizes.
  case limit
  /// Data outside the folder of the model.
  case outside
  /// Operators, element types or parts of the format that are not supported.
  case unsupported
  /// A shape, axis or other setting is computed from the input, where it has to be known before.
  case notStatic
  /// Operands or attributes do not fit an operator.
  case invalidNode
  /// Inputs, outputs or states are not as the config says.
  case invalidConfig

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { .layers }

  /// `…, expected …`.
  public static var wording: DiagnosticWording { .grammar }
}

extension OnnxError {
  package init(
    _ code: Kind, _ path: String, found: String, expected: String? = nil, suggestion: String? = nil
  ) {
    self.init(
      code: code, path: path, found: found, expected: expected, suggestion: suggestion)
  }

  /// The error with a path, if it has none yet.
  func at(_ path: String) -> OnnxError {
    var error = self
    if error.path.isEmpty { error.path = path }
    return error
  }
}
