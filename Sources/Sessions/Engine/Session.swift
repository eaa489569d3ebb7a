public import Execution
public import Layers
package import Notation
import ONNX
import Runtime
import Serialization
package import Tensors

/// The engine: a document, a position, and what has been computed from them.
///
/// It does not depend on
/// terminals; the TUI, the plain REPL, scripts and tests are its clients.
///
/// Not `Sendable`: it belongs to one thread. ``cancel`` may be raised from any.
public final class Session {
  /// The layers that can be named, and the readers of their notations.
  package let notation: LayerNotation
  /// The model files that layers of the stack are made from.
  let models = OnnxModels()
  /// Raise it to stop what is being computed.
  public let cancel = CancelFlag()
  /// Called now and then during work that takes longer than half a second, with how much is done, of
  /// how much.
  package var progress: (Int, Int) -> Void = { _, _ in }
  /// The time since some moment; tests set their own.
  package var clock: () -> Duration = Session.systemClock
  /// What one request of a command may take of the machine's memory.
  package var memory = MemoryBudget.standard
  /// What it may keep of its runs; what is beyond that is computed again when it is looked at.
  package var history = HistoryBudget.standard
  /// The files that commands read.
  package let files = SessionFiles()
  /// The file that the session was opened from or saved to.
  package var origin: String?
  /// The digest of that file as it was then.
  package var originDigest: UInt64?
  /// The file that it was opened from, whether or not it may be saved there.
  var openedPath: (path: String, digest: UInt64)?
  /// Where it is noted that a screen is being made of it; for a journal only.
  package var openingNote: OpeningNote?
  /// How many events are in that file.
  var savedCount = 0

  package internal(set) var document = Document()
  var run: ModelRun?
  var undoStack: [Change] = []
  var redoStack: [Change] = []
  /// The path of the layer that `%` stands for.
  package var selected = ""
  /// Told of every event.
  package var recorder: Recorder?
  /// The command that is being carried out.
  var context = CommandContext()
  /// The recording that is being carried out, while a file is opened.
  var opening: ReplayProgress?
  /// Facts of the input with that revision.
  var knownInput: (revision: Int, facts: InputFacts)?
  /// Numbers given to documents so far.
  private var revisions = 0

  /// A document that can be gone back to, and the command that led away from it.
  struct Change {
    var document: Document
    var command: String
  }

  /// Starts with nothing.
  public init(registry: LayerRegistry = .builtIn) {
    notation = LayerNotation(registry: registry.finding(models))
    files.isStopped = { [cancel] in cancel.isRaised }
  }

  private static let systemClock: @Sendable () -> Duration = {
    let clock = ContinuousClock()
    let start = clock.now
    return { clock.now - start }
  }()

  /// A number that no document had before.
  func nextRevision() -> Int {
    revisions += 1
    return revisions
  }

  // MARK: - Commands

  /// What came of a line.
  public struct Outcome: Sendable {
    /// Lines for people.
    public var lines: [String] = []
    /// What went wrong; then nothing has changed, unless it was stopped on the way.
    public var error: CommandError?
    /// 0, 1 where a check did not hold, 3 on an error.
    public var status = 0
    /// A line that the user should find in the editor to go on with.
    public var prefill: String?
    /// What the front end has to do.
    package var effect: CommandOutput.Effect?
  }

  /// Carries out one line.
  ///
  /// Never throws and never stops the program: mistakes are in the outcome.
  @discardableResult
  public func perform(_ text: String) -> Outcome {
    cancel.lower()
    defer { cancel.lower() }
    return perform(text, replayLimit: nil, files: nil)
  }

  /// Carries a recorded event out again.
  ///
  /// It goes no further than the event went, which may have been stopped, and reads the files that
  /// the event read.
  @discardableResult
  package func perform(_ event: SessionEvent) -> Outcome {
    perform(event.canonical, replayLimit: event.to, files: event.files, continues: event.continues)
  }

  /// Carries out what an event does to the document, without making steps.
  @discardableResult
  package func performDocument(of event: SessionEvent) -> Outcome {
    perform(event.canonical, replayLimit: 0, files: event.files, continues: event.continues)
  }

  private func perform(
    _ text: String, replayLimit: Int?, files recorded: [FileUse]?, continues: Bool = false
  ) -> Outcome {
    let text = TypedText.normalized(text)
    files.begin(recorded: recorded)
    let problem = recorder?.problem
    context = CommandContext(
      typed: text, start: clock(), origin: position,
      mark: EventMark(position: position, run: run), origins: document.origins,
      replayLimit: replayLimit,
      continues: continues)
    defer { context = CommandContext() }
    do {
      let expanded = CommandLine.replacingSelection(in: text, by: selected.shown)
      if recorded != nil { try RecordedCommand.check(expanded) }
      guard let first = CommandLine(expanded) else { return Outcome() }
      try CommandLine.refuseShell(expanded)
      let command = try CommandTable.find(first.name)
      guard let line = CommandLine(expanded, flags: command.allFlags) else { return Outcome() }
      try line.check(for: command)
      if recorded == nil { recorder?.mark(.begun(text)) }
      defer { if recorded == nil { recorder?.mark(.done) } }
      context.canonical = expanded
      context.isMove = command.isOnlyMove
      context.isRecorded = command.isRecorded
      let output = try command.perform(line, self)
      if command.isRecorded, !output.isUnrecorded { record(holds: output.holds) }
      return outcome(of: output, problem)
    } catch {
      // Stopped while it looked at what it had changed already: that stays, and is written.
      if context.hasCommitted { record() }
      let known = CommandError(error)
      return Outcome(error: known, status: known.code == .checkFailed ? 1 : 3)
    }
  }

  private func outcome(of output: CommandOutput, _ problem: String?) -> Outcome {
    var outcome = Outcome(
      lines: journalLines(before: problem) + output.lines, prefill: output.prefill,
      effect: output.effect)
    if output.holds == false {
      outcome.error = CommandError(
        .checkFailed, found: output.lines.last ?? "the check did not hold")
      outcome.status = 1
    }
    if let obstacle = context.obstacle {
      outcome.error = obstacle
      outcome.status = 3
    } else if context.wasStopped {
      outcome.error = CommandError(
        .cancelled, found: "stopped at step \(position)",
        suggestion: "what was computed stays; run goes on")
      outcome.status = 3
    }
    return outcome
  }

  /// Said once when the journal can no longer be written, and when it can again.
  private func journalLines(before: String?) -> [String] {
    switch (before, recorder?.problem) {
    case (nil, let now?):
      ["not in the journal: \(now); what is done is kept in memory, save FILE writes it elsewhere"]
    case (_?, nil): ["the journal is written again, with all that was missing"]
    default: []
    }
  }
}
