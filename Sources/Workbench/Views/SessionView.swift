/// All that the screen shows of a session at one moment: plain numbers and words.
///
/// The front end asks for it with a `ViewRequest` and holds no model state of its own, so that the
/// same document and position always give the same screen.
package struct SessionView: Hashable, Sendable {
  package var facts = SessionFacts()
  package var position = PositionView()
  package var layers: [LayerRow] = []
  /// Whether the layers were all compared up to the position, as far as there is anything to compare;
  /// otherwise the next view compares on.
  package var isAgreementKnown = false
  /// Step-wise against layer-wise at the root; nil before anything is compared.
  package var verdict: VerdictView?
  /// What is expected of other programs, and whether it is what came out.
  package var expectations: [ExpectationView] = []
  /// The view of each panel.
  package var panels: [PanelID: PanelValue] = [:]
  /// What this answers: the request, with cursors pulled back to where there is something.
  package var answered = ViewRequest()
  /// The request as it was made.
  package var asked = ViewRequest()
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
  package var hasInput = false
  package var rows: [RowFacts] = []
  package var rowCount: Int { rows.count }
  /// Whether there is a layer-wise result; one that was stopped is missing.
  package var hasLayerWise = false
  /// Whether `decode` can go on from here.
  package var decodes = false
  package var sampleRateHz: Double?
  /// Faults in the step run, as the user named them.
  package var faults: [String] = []
  package var isTraining = false
  /// The layers that there are attention probabilities of.
  package var attentionPaths: [String] = []
  /// How large all probabilities are, where that is too large to keep them unasked.
  package var attentionBytes: Int?
  /// Whether it is two recorded runs, without a model that could make more.
  package var isRecorded = false
  /// A name that no branch has.
  package var newBranch = "b1"
  /// Why the stack cannot step, when it cannot.
  package var notSteppable: String?

  package init() {}
}

/// How long one row of the input is.
package struct RowFacts: Hashable, Sendable {
  /// Timesteps up to the last valid one.
  package var end: Int
  /// Invalid timesteps before it.
  package var holes: Int

  package init(end: Int, holes: Int = 0) {
    self.end = end
    self.holes = holes
  }
}

/// One expected array against what came out so far.
package struct ExpectationView: Hashable, Sendable {
  /// Where it belongs, such as `out` or `out:layer`.
  package var place: String
  package var file: String
  package var verdict: VerdictView

  package init(place: String, file: String, verdict: VerdictView) {
    self.place = place
    self.file = file
    self.verdict = verdict
  }
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

  /// `T 59/150`, and beyond the end `T 151 flush 1/2`; empty where there are no steps.
  package var text: String {
    guard endStep + flushSteps > 0 else { return "" }
    guard step > endStep else { return "T \(step)/\(endStep)" }
    return "T \(step) flush \(step - endStep)/\(flushSteps)"
  }
}

/// Whether the step-wise output is right so far.
package struct VerdictView: Hashable, Sendable {
  package var isEqual: Bool
  /// Whether they are equal but for rounding.
  package var isRounding = false
  /// The verdict in words and numbers, the most important first.
  package var pieces: [String]
  /// Its first words for a narrow place, in which a number and the masks still have room.
  package var brief: String
  /// What is wrong although both are equal, such as a NaN; then it is no good news.
  package var warning: String?

  package init(isEqual: Bool, pieces: [String], brief: String? = nil) {
    self.isEqual = isEqual
    self.pieces = pieces
    self.brief = brief ?? pieces.first ?? ""
  }

  /// `=`, `≈` or `≠`, so that it is read without colour.
  package var sign: String { isRounding ? "≈" : isEqual ? "=" : "≠" }
}
