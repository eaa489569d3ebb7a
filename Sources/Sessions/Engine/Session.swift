public import Execution
public import Layers
package import Notation
import Runtime
import Tensors

/// The engine: a document, a position, and what has been computed from them.
///
/// It knows nothing of terminals; the TUI, the plain REPL, scripts and tests are its clients.
///
/// Not `Sendable`: it lives on one thread. ``cancel`` may be raised from any.
public final class Session {
  /// The layers that can be named, and the readers of their notations.
  package let notation: LayerNotation
  /// Raise it to stop what is being computed.
  public let cancel = CancelFlag()
  /// Called now and then during long work with how much is done, of how much.
  package var progress: (Int, Int) -> Void = { _, _ in }

  package private(set) var document = Document()
  private(set) var run: ModelRun?
  private var undoStack: [Change] = []
  private var redoStack: [Change] = []
  /// The path of the layer that `%` stands for.
  package var selected = ""
  /// Told of every event.
  package var recorder: Recorder?

  /// A document that can be gone back to, and the command that led away from it.
  private struct Change {
    var document: Document
    var command: String
  }

  /// Starts with nothing.
  public init(registry: LayerRegistry = .builtIn) {
    notation = LayerNotation(registry: registry)
  }

  // MARK: - Commands

  /// What came of a line.
  public struct Outcome: Sendable {
    /// Lines for people.
    public var lines: [String]
    /// What went wrong; then nothing has changed.
    public var error: CommandError?
    /// 0, 1 where a check did not hold, 3 on an error.
    public var status: Int
  }

  /// Carries out one line.
  ///
  /// Never throws and never stops the program: mistakes are in the outcome.
  @discardableResult
  public func perform(_ text: String) -> Outcome {
    cancel.lower()
    do {
      guard let first = CommandLine(text) else { return Outcome(lines: [], error: nil, status: 0) }
      let command = try CommandTable.find(first.name)
      guard let line = CommandLine(text, flags: command.flags) else {
        return Outcome(lines: [], error: nil, status: 0)
      }
      try line.checkOptions(of: command)
      let before = position
      let output = try command.perform(line, self)
      if command.isRecorded {
        recorder?.add(typed: text, canonical: output.canonical ?? text, from: before, self)
      }
      return Outcome(
        lines: output.lines,
        error: output.isFailedCheck
          ? CommandError(.checkFailed, found: output.lines.last ?? "the check did not hold") : nil,
        status: output.isFailedCheck ? 1 : 0)
    } catch {
      let known = Self.commandError(error)
      return Outcome(lines: [], error: known, status: known.code == .checkFailed ? 1 : 3)
    }
  }

  /// Any error as one for people.
  private static func commandError(_ error: any Error) -> CommandError {
    switch error {
    case let error as CommandError: error
    case let error as LayerError: CommandError(.invalidStack, found: "\(error)")
    case let error as ConfigError: CommandError(.invalidStack, found: "\(error)")
    case let error as RuntimeError where error.code == .cancelled:
      CommandError(.cancelled, found: "stopped", expected: "")
    default: CommandError(.invalidOperand, found: "\(error)")
    }
  }

  // MARK: - Position

  /// Steps made.
  package var position: Int { run?.position ?? 0 }

  /// How the input is cut into steps; nil without input, stack, or where the stack cannot step.
  package var plan: StepPlan? { run?.plan }

  /// The running model.
  ///
  /// - Throws: ``CommandError`` `.notReady` saying what is missing.
  func requireRun() throws(CommandError) -> ModelRun {
    if let run { return run }
    guard document.layer != nil else {
      throw CommandError(
        .notReady, found: "there is no stack yet", expected: "",
        suggestion: "type stack Serial([Dense(features: 8)])")
    }
    throw CommandError(
      .notReady, found: "there is no input yet", expected: "",
      suggestion: "type input sine --channels 4 --time 100, or input FILE.wav")
  }

  /// The steps of the present run.
  ///
  /// - Throws: ``CommandError`` `.notReady` with the layer that cannot step and why.
  func requireSteps() throws(CommandError) -> (ModelRun, StepPlan) {
    let run = try requireRun()
    guard let plan = run.plan else {
      throw CommandError(
        .notReady, found: "this stack cannot step: \(run.model.layer.stepObstacle ?? "")",
        expected: "", suggestion: "its layer-wise result can be shown all the same")
    }
    return (run, plan)
  }

  /// Goes to a step; an interruption leaves the position where it stopped.
  func go(to target: Int) throws {
    let (run, _) = try requireSteps()
    let start = run.position
    try run.go(to: target, cancel: cancel) { done in
      progress(done - start, target - start)
    }
  }

  /// The step that a time expression means.
  func step(of time: TimeExpression) throws(CommandError) -> (step: Int, note: String?) {
    let (run, plan) = try requireSteps()
    func checked(_ step: Int) throws(CommandError) -> Int {
      guard step <= plan.lastStep else {
        throw CommandError(
          .invalidOperand, found: "step \(step)",
          expected: "0 to \(plan.lastStep): \(plan.endStep) and \(plan.flushSteps) of flush")
      }
      return step
    }
    func landing(input timestep: Int) throws(CommandError) -> (Int, String?) {
      // The block that holds the timestep has been consumed at its end.
      let step = try checked(min(plan.step(atInput: timestep) + 1, plan.lastStep + 1))
      let range = "\(plan.boundaries[step - 1]) to \(plan.boundaries[step] - 1)"
      return (step, "input timestep \(timestep) is in step \(step), which holds \(range)")
    }
    switch time {
    case .blocks(let step): return (try checked(step), nil)
    case .end: return (plan.endStep, nil)
    case .flushed: return (plan.lastStep, nil)
    case .input(let timestep): return try landing(input: timestep)
    case .seconds(let seconds):
      guard let rate = document.input?.sampleRateHz else {
        throw CommandError(
          .invalidOperand, found: "a time in seconds",
          expected: "a position in blocks, because the input has no sample rate")
      }
      return try landing(input: Int(seconds * Double(rate)))
    case .output(let output):
      let layer = run.model.layer
      let timestep = Rational(output + layer.outputLatency) / layer.outputRatio
      return try landing(input: timestep.floor)
    }
  }

  // MARK: - Changing the document

  /// Makes a document the present one, with everything recomputed to the same input timestep.
  ///
  /// Checks first: on error nothing changes.
  func commit(
    _ new: Document, as command: String, restart: Bool = false
  ) throws {
    var document = new
    let made = try makeRun(&document)
    let timestep = restart ? 0 : plan.map { $0.boundaries[position] } ?? 0
    if let plan = made?.plan {
      let target = plan.step(atInput: min(timestep, plan.boundaries[plan.lastStep]))
      do {
        try made?.go(to: target, cancel: cancel) { progress($0, target) }
      } catch let error as RuntimeError where error.code == .cancelled {
        // What was reached is a usable position of the new document.
      }
    }
    undoStack.append(Change(document: self.document, command: command))
    redoStack = []
    self.document = document
    run = made
    if let layer = document.layer, !LayerTree(layer).nodes.contains(where: { $0.path == selected })
    {
      selected = ""
    }
  }

  /// The model and run of a document; nil without stack or input.
  ///
  /// Fills in the parameters.
  private func makeRun(_ document: inout Document) throws -> ModelRun? {
    guard let layer = document.layer, let input = document.input else { return nil }
    let model = try Model(
      layer, input: input.sequence.channelSpec, constants: document.constants.specs,
      seed: document.seed, time: input.sequence.time)
    var parameters: [String: Tensor] = [:]
    var origins: [String: ParameterOrigin] = [:]
    for spec in model.parameterSpecs {
      if let kept = document.parameters[spec.path], kept.shape == spec.shape,
        kept.dtype == spec.dtype
      {
        model[parameter: spec.path] = kept
        origins[spec.path] = document.origins[spec.path]
      } else {
        origins[spec.path] = .drawn(seed: document.seed, path: spec.path)
      }
      parameters[spec.path] = model[parameter: spec.path]
    }
    document.parameters = parameters
    document.origins = origins
    return try ModelRun(document, model, input: input.sequence)
  }

  /// The documents that `undo` and `redo` lead to, named by their commands.
  package var undoName: String? { undoStack.last?.command }
  package var redoName: String? { redoStack.last?.command }

  /// Goes back to the document before the last change, or forth again; the position keeps its input
  /// timestep.
  func travel(back: Bool) throws -> String {
    guard let change = back ? undoStack.last : redoStack.last else {
      throw CommandError(
        .notReady, found: back ? "nothing to undo" : "nothing to redo", expected: "")
    }
    let (undone, redone) = (undoStack, redoStack)
    let present = Change(document: document, command: change.command)
    try commit(change.document, as: change.command)
    if back {
      undoStack = undone.dropLast()
      redoStack = redone + [present]
    } else {
      undoStack = undone + [present]
      redoStack = redone.dropLast()
    }
    return change.command
  }
}
