/// All that the screen shows of a session at one moment: plain numbers and words.
///
/// The front end asks for it with a `ViewRequest` and holds no model state of its own, so that the
/// same document and position always give the same screen.
package struct SessionView: Hashable, Sendable {
  package var facts = SessionFacts()
  package var position = PositionView()
  package var layers: [LayerRow] = []
  package var verdict: Verdict = .none
  package var lanes: LanesView = LanesView()
  package var state: StateView?
  package var beside: BesideView?
  package var masks: [MaskRow] = []
  /// What `undo` and `redo` would do; nil when there is nothing.
  package var undoName: String?
  package var redoName: String?

  package init() {}
}

/// What is true of the document as a whole.
package struct SessionFacts: Hashable, Sendable {
  /// The session's file name, or `new session`.
  package var name = "new session"
  package var isRecording = false
  /// Nil when there is no stack yet.
  package var stack: StackFacts?
  package var rowCount = 0
  /// Rows of the input in timesteps.
  package var rowLengths: [Int] = []
  package var sampleRateHz: Double?
  /// Faults in the step run, as the user named them.
  package var faults: [String] = []
  package var isTraining = false
  /// Why the stack cannot step, when it cannot.
  package var notSteppable: String?

  package init() {}
}

/// Facts of the layer stack.
package struct StackFacts: Hashable, Sendable {
  package var kind: String
  package var layerCount: Int
  package var blockSize: Int
  package var outputRatio: String
  package var inputLatency: Int
  package var outputLatency: Int
  package var parameterCount: Int
  package var stateBytes: Int

  package init(
    kind: String, layerCount: Int, blockSize: Int, outputRatio: String, inputLatency: Int,
    outputLatency: Int, parameterCount: Int, stateBytes: Int
  ) {
    self.kind = kind
    self.layerCount = layerCount
    self.blockSize = blockSize
    self.outputRatio = outputRatio
    self.inputLatency = inputLatency
    self.outputLatency = outputLatency
    self.parameterCount = parameterCount
    self.stateBytes = stateBytes
  }
}

/// Where the session is in time.
package struct PositionView: Hashable, Sendable {
  /// Blocks consumed.
  package var step = 0
  /// Blocks up to the end of the input.
  package var endStep = 0
  /// Blocks of the flush after it.
  package var flushSteps = 0
  /// Input timesteps consumed.
  package var inputTime = 0
  /// Input timesteps in all.
  package var inputLength = 0

  package init() {}

  /// `59/150`, and beyond the end `flush 1/2`.
  package var text: String {
    guard step > endStep else { return "T \(step)/\(endStep)" }
    return "T \(step) flush \(step - endStep)/\(flushSteps)"
  }
}

/// Whether the step-wise output is right so far, in words and a number.
package enum Verdict: Hashable, Sendable {
  /// Nothing is compared yet.
  case none
  case equal(String)
  case different(String)
}

/// One layer of the tree, in drawing order.
package struct LayerRow: Hashable, Sendable {
  /// The path that commands take; `.` is the root.
  package var path: String
  package var name: String
  package var kind: String
  package var depth: Int
  package var hasChildren: Bool
  package var outputRatio: String
  package var stateBytes: Int
  /// What is wrong with it, such as a fault or a NaN.
  package var warning: String?

  package init(
    path: String, name: String, kind: String, depth: Int, hasChildren: Bool = false,
    outputRatio: String, stateBytes: Int, warning: String? = nil
  ) {
    self.path = path
    self.name = name
    self.kind = kind
    self.depth = depth
    self.hasChildren = hasChildren
    self.outputRatio = outputRatio
    self.stateBytes = stateBytes
    self.warning = warning
  }
}

/// What is valid of one layer's output in one row of the batch.
package struct MaskRow: Hashable, Sendable {
  package var path: String
  package var row: Int
  package var validCount: Int
  package var length: Int
  /// First and last valid timestep.
  package var first: Int?
  package var last: Int?
  /// Invalid timesteps between valid ones.
  package var holes: Int
  /// Valid timesteps that its input had and its own rate does not explain; negative when gained.
  package var lost: Int

  package init(
    path: String, row: Int, validCount: Int, length: Int, first: Int?, last: Int?, holes: Int,
    lost: Int
  ) {
    self.path = path
    self.row = row
    self.validCount = validCount
    self.length = length
    self.first = first
    self.last = last
    self.holes = holes
    self.lost = lost
  }
}
