import Comparison
import Datasets
import Export
import Layers
import ONNX
import Programs
import Runtime
import Serialization
import Tensors
import Traces
import Weights

extension CommandError {
  /// Any error as one for people, told by its type and its code, never by its text.
  ///
  /// What no command and no file can cause is a fault of the program, and never said to be a mistake of
  /// the user's.
  package init(_ error: any Error) {
    switch error {
    case let error as CommandError: self = error
    case let error as LayerError: self.init(error)
    case let error as ConfigError: self.init(error, in: "")
    case let error as RuntimeError: self.init(error)
    case let error as FileError:
      self.init(error.code == .stopped ? .cancelled : .file, found: "\(error)")
    case let error as DatasetError: self.init(error)
    case let error as WeightError:
      self.init(error.code == .mismatch ? .invalidOperand : .file, found: "\(error)")
    case is JSONError: self.init(.file, found: "\(error)")
    case is MemoryError: self.init(.memory, found: "\(error)")
    case is ShapeError, is ShapeErrors: self.init(.invalidStack, found: "\(error)")
    case is OnnxError: self.init(.invalidStack, found: "\(error)")
    case let error as ExportError:
      self.init(error.code == .folder ? .file : .invalidOperand, found: "\(error)")
    case is ComparisonError, is TraceError, is AxisOrder.Failure:
      self.init(.invalidOperand, found: "\(error)")
    default: self.init(programFault: error)
    }
  }

  private init(_ error: LayerError) {
    switch error.code {
    case .cancelled: self.init(.cancelled, found: "stopped")
    case .invalidConfig, .invalidInput, .invalidConstant, .notSteppable, .latencyMismatch,
      .parameterConflict, .notAvailable, .brokenContract:
      self.init(.invalidStack, found: "\(error)")
    case .outOfMemory: self.init(.memory, found: "\(error)")
    }
  }

  /// A config that cannot be read, from a file or a line.
  init(_ error: ConfigError, in path: String) {
    let isUnknown = error.all.contains { $0.code == .unknownLayer }
    self.init(
      isUnknown ? .unknownLayer : .invalidStack,
      found: path.isEmpty ? "\(error)" : "\(path): \(error)")
  }

  private init(_ error: RuntimeError) {
    switch error.code {
    case .cancelled: self.init(.cancelled, found: "stopped")
    case .invalidInput, .invalidConstant, .invalidSequence, .invalidWeights, .notDifferentiable:
      self.init(.invalidOperand, found: "\(error)")
    case .cacheFull: self.init(.memory, found: "\(error)")
    // States are only put back where they were taken.
    case .invalidState: self.init(programFault: error)
    }
  }

  private init(_ error: DatasetError) {
    switch error.code {
    case .unknownKind, .malformed, .truncated, .unsupported, .unknownMember, .outOfRange:
      self.init(.file, found: "\(error)")
    case .mismatch, .badSignal: self.init(.invalidOperand, found: "\(error)")
    }
  }

  private init(programFault error: any Error) {
    self.init(
      .programFault, found: "a fault of the program, \(type(of: error)): \(error)",
      expected: "no such error, whatever is typed or read",
      suggestion: "please report it, with the session if there is one")
  }
}
