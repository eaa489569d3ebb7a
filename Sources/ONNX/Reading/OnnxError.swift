public import Diagnostics

/// Why an ONNX file cannot be opened, or its graph cannot be traced.
public struct OnnxError: DiagnosticError, Hashable {
  /// What kind of mistake it is.
  public enum Code: String, DiagnosticCode {
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
    public var origin: DiagnosticOrigin {
      .layers
    }
  }

  /// What kind of mistake it is.
  public var code: Code
  /// The file, or the scope and node in the graph.
  public var place: String
  /// What was found.
  public var found: String
  /// What would have been right.
  public var expected: String?
  /// What to do about it.
  public var suggestion: String?

  package init(
    _ code: Code, _ place: String, found: String, expected: String? = nil, suggestion: String? = nil
  ) {
    self.code = code
    self.place = place
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
  }

  /// Where, what was found, what was expected and what to do.
  public var description: String {
    "\(place.isEmpty ? "" : "\(place): ")\(found)" + (expected.map { ", expected \($0)" } ?? "")
      + (suggestion.map { "; \($0)" } ?? "")
  }

  /// The error with a place, if it has none yet.
  func at(_ place: String) -> OnnxError {
    var error = self
    if error.place.isEmpty { error.place = place }
    return error
  }
}
