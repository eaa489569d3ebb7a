// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// A mistake in a layer's configuration, or an input that does not fit it.
public typealias LayerError = Diagnostic<LayerErrorCode>

/// The kinds of ``LayerError``.
public enum LayerErrorCode: DiagnosticCode {
  /// A field has a value that the layer cannot have.
  case invalidConfig
  /// The channel shape, dtype or length of the input does not fit.
  case invalidInput
  /// A constant is missing, or of another kind or shape than needed.
  case invalidConstant
  /// The layer cannot step.
  case notSteppable
  /// Latencies or rates of layers that meet do not agree; `Delay(length: delay, delayLayerOutput: false)`
  /// before the layer mends it, if it can be mended so.
  case latencyMismatch(delay: Int? = nil)
  /// Two layers declare one parameter differently.
  case parameterConflict
  /// An option that this version does not have.
  case notAvailable
  /// The layer broke the contract: its output is not what it announced.
  case brokenContract
  /// The caller cancelled the trace.
  case cancelled
  /// There is no room for the program of the trace, which then ends with `MemoryError`.
  case outOfMemory

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin {
    switch self {
    case .cancelled: .cancelled
    case .outOfMemory: .memory
    case .invalidConfig, .invalidInput, .invalidConstant, .notSteppable, .latencyMismatch,
      .parameterConflict, .notAvailable, .brokenContract:
      .layers
    }
  }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }

  /// `encoder (Conv1D).filters`, or `Conv1D.filters` at the root.
  public static func place(of diagnostic: Diagnostic<Self>) -> String {
    let path = diagnostic.path
    let layer = path.isEmpty ? diagnostic.subject : "\(path) (\(diagnostic.subject))"
    return diagnostic.field.map { "\(layer).\($0)" } ?? layer
  }
}

extension LayerError {
  /// Makes an error of a kind of layer, such as `Conv1D`; the path is filled in by the layers above.
  public init(
    _ code: Kind, layer: String, path: String = "", field: String? = nil, found: String,
    expected: String?, suggestion: String? = nil
  ) {
    self.init(
      code: code, path: path, subject: layer, field: field, found: found, expected: expected,
      suggestion: suggestion)
  }

  /// The error as seen from the parent: the child's name stands before the path.
  public func within(_ child: String) -> LayerError {
    guard !child.isEmpty else { return self }
    var error = self
    error.path = path.isEmpty ? child : path.hasPrefix("[") ? child + path : child + "/" + path
    return error
  }
}
