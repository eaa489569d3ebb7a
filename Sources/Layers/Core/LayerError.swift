public import Diagnostics
import Tensors

/// A mistake in a layer's configuration, or an input that does not fit it.
public struct LayerError: DiagnosticError, Hashable {
  /// What kind of mistake it is.
  public enum Code: String, DiagnosticCode {
    /// A field has a value that the layer cannot have.
    case invalidConfig
    /// The channel shape, dtype or length of the input does not fit.
    case invalidInput
    /// A constant is missing, or of another kind or shape than needed.
    case invalidConstant
    /// The layer cannot step.
    case notSteppable
    /// Latencies or rates of layers that meet do not agree.
    case latencyMismatch
    /// Two layers declare one parameter differently.
    case parameterConflict
    /// An option that this version does not have.
    case notAvailable
    /// The layer broke the contract: its output is not what it announced.
    case brokenContract
    /// Whoever asked for the trace wants it no more.
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
  }

  /// What kind of mistake it is.
  public var code: Code
  /// The layer's path, such as `encoder/layers_3`; empty for the root.
  public var path: String
  /// The kind of layer, such as `Conv1D`.
  public var layer: String
  /// The field, if one is to blame.
  public var field: String?
  /// What was found.
  public var found: String
  /// What would have been right.
  public var expected: String
  /// What to do about it, if there is something better to say than `expected`.
  public var fix: String?
  /// How many timesteps of `Delay(length:delayLayerOutput: false)` before the layer mend it, if that does.
  public var delay: Int?

  /// Makes an error; the path is filled in by the layers above.
  public init(
    _ code: Code, layer: String, path: String = "", field: String? = nil, found: String,
    expected: String, fix: String? = nil, delay: Int? = nil
  ) {
    self.code = code
    self.path = path
    self.layer = layer
    self.field = field
    self.found = found
    self.expected = expected
    self.fix = fix
    self.delay = delay
  }

  /// Where, what was found, what was expected and what to do, on one line.
  public var description: String {
    let place = path.isEmpty ? layer : "\(path) (\(layer))"
    let subject = field.map { "\(place).\($0)" } ?? place
    let advice = fix.map { "; \($0)" } ?? ""
    return "\(subject): found \(found), expected \(expected)\(advice)"
  }

  /// The error as seen from the parent: the child's name stands before the path.
  public func within(_ child: String) -> LayerError {
    guard !child.isEmpty else { return self }
    var error = self
    error.path = path.isEmpty ? child : path.hasPrefix("[") ? child + path : child + "/" + path
    return error
  }
}
