import Layers

/// A mistake in the step-wise run of one layer, put in on purpose by rewriting the program of a step: what a
/// wrong streaming implementation does.
package struct StepFault: Hashable, Sendable {
  /// What goes wrong.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    // The state on its way from one step to the next.
    case staleState = "stale-state"
    case dropState = "drop-state"
    case resetState = "reset-state"
    case shortWindow = "short-window"
    case shiftedWindow = "shifted-window"
    case wrongPosition = "wrong-position"
    case mixStateRows = "state-row-mixed"
    // What the layer sees.
    case maskMultiply = "mask-multiply"
    case readPadding = "padding-read"
    case noRightContext = "right-context-missing"
    case doubleBias = "bias-twice"
    // What it gives.
    case scaled
    case mixRows = "row-mixed"
    case blockStatistics = "statistics-per-block"
    case loseTimestep = "timestep-lost"
    case repeatTimestep = "timestep-repeated"
    case noFlush = "flush-missing"
    case wrongTrim = "wrong-trim"
    case notANumber = "not-finite"
    case wrongMask = "wrong-mask"

    /// What a step with this mistake does.
    package var text: String {
      switch self {
      case .staleState: "a step starts from the state of one step earlier"
      case .dropState: "a step's new state is lost"
      case .resetState: "a step starts from the state before the first one"
      case .shortWindow: "the oldest timestep of a window is lost"
      case .shiftedWindow: "the newest timestep of a window is lost, the others lie one place late"
      case .wrongPosition: "positions begin at 0 in a step"
      case .mixStateRows: "every row starts from the state of the next row"
      case .maskMultiply: "invalid input is multiplied by 0 instead of replaced by 0"
      case .readPadding: "invalid input is read as if it were valid, and 1"
      case .noRightContext: "outputs of the step before do not see the timesteps of this one"
      case .doubleBias: "biases are added twice"
      case .scaled: "the output is half as large again"
      case .mixRows: "every row gives the output of the next row"
      case .blockStatistics: "the mean of the block is subtracted from the output"
      case .loseTimestep: "the first output of a step is lost"
      case .repeatTimestep: "the last output of the step before is given once more"
      case .noFlush: "what is still inside when the input ends never comes out"
      case .wrongTrim: "the warm-up is given, and as much is cut off at the end"
      case .notANumber: "the first output of a step is NaN"
      case .wrongMask: "the first output of a step is invalid"
      }
    }
  }

  /// When it happens.
  package enum Span: Hashable, Sendable {
    /// In every step from the one on that is fed this input timestep.
    case from(Int)
    /// In the one step that is fed this input timestep; a state that is handed to a step is wrong in the first
    /// that begins there or behind it.
    case at(Int)
  }

  /// The path of the layer; empty for the root.
  package var layer: String
  package var kind: Kind
  package var span: Span

  package init(layer: String, kind: Kind, span: Span = .from(0)) {
    (self.layer, self.kind, self.span) = (layer, kind, span)
  }

  /// What the paths of state leaves begin with in which a fault keeps what it needs.
  static let memoryPrefix = "fault/"

  /// Whether a fault keeps something in the state leaf at a path.
  package static func isMemory(_ path: String) -> Bool { path.hasPrefix(memoryPrefix) }

  /// Whether a state leaf belongs to the layer or to one inside it.
  func owns(_ leaf: String) -> Bool { layer.isEmpty || isInside(leaf) && leaf != layer }

  /// Whether a path lies at or below the layer.
  func isInside(_ path: String) -> Bool { LayerPath.isInside(path, of: layer) }
}
