import Comparison
import Diagnostics
import Execution
import Layers
import Runtime
package import Sessions
package import Traces

/// Two recorded runs of another framework, as the front ends see a session.
package final class TraceClient: SessionClient {
  /// Opens two files, telling how far it is.
  package typealias Opener = (_ watch: @escaping TraceWatch) throws -> TraceSession

  private let opener: Opener
  private var session: TraceSession?
  private let cancel = CancelFlag()

  /// Opens two files when it is asked to; they stay on the thread that asks.
  package init(_ opener: @escaping Opener) { self.opener = opener }

  package var canceller: @Sendable () -> Void { { [cancel] in cancel.raise() } }

  package func open(
    showing request: ViewRequest? = nil, progress: @escaping (Progress) -> Void
  ) -> Outcome {
    do {
      let session = try opener { [cancel] step in
        if cancel.isRaised { throw TraceStop() }
        progress(Progress(label: step.stage.rawValue, done: step.done, total: step.total))
      }
      self.session = session
      session.goOn = { [cancel] in if cancel.isRaised { throw Model.cancelled } }
      let tone: OutputLine.Tone =
        session.diagnosis.finding != nil ? .bad : session.diagnosis.left == nil ? .good : .hint
      var outcome = Outcome(
        session.pair.lines.map { OutputLine($0, .hint) }
          + [
            OutputLine(session.diagnosis.summary), OutputLine(session.diagnosis.sentence, tone),
            OutputLine(
              request == nil
                ? "help lists what can be done"
                : "d goes to the first difference, 9 shows where they part, ? helps", .hint),
          ])
      if session.diagnosis.left != nil {
        outcome.lines.insert(
          OutputLine("stopped: what follows is about the places that were compared", .hint), at: 0)
      }
      outcome.view = request.map(view)
      return outcome
    } catch is TraceStop {
      return Outcome(
        [OutputLine("stopped before any place was compared", .bad)], status: .failed)
    } catch {
      return Outcome([OutputLine("\(CommandError(error))", .bad)], status: .failed)
    }
  }

  package func perform(
    _ line: String, showing request: ViewRequest? = nil, progress: @escaping (Progress) -> Void
  ) -> Outcome {
    guard let session else { return Outcome(status: line == "quit" ? .quit : .failed) }
    let path = request?.look.path
    let typed = path.map { Sessions.CommandLine.replacingSelection(in: line, by: $0) } ?? line
    cancel.lower()
    let answer = session.perform(typed)
    if answer.effect == .quit { return Outcome(status: .quit) }
    var lines = answer.lines.map { OutputLine($0) }
    if let error = answer.error { lines.append(OutputLine(error.description, .bad)) }
    var outcome = Outcome(lines, status: answer.status == 0 ? .done : .failed)
    outcome.view = request.map(view)
    return outcome
  }

  package func view(_ request: ViewRequest) -> SessionView {
    guard let session else {
      var view = SessionView()
      (view.asked, view.answered) = (request, request)
      return view
    }
    // A wish to stop that came too late is not meant for looking.
    cancel.lower()
    return TraceViewBuilder(session: session, request: request).view()
  }

  package var vocabulary: Vocabulary {
    Vocabulary(
      commands: TraceSession.commands.map {
        Vocabulary.CommandWords($0.name, usage: $0.usage, options: [])
      },
      paths: Dictionary(
        (session?.comparisons ?? []).map { ($0.pair.path, "") }, uniquingKeysWith: { a, _ in a }))
  }
}

/// Makes the view of two recorded runs.
struct TraceViewBuilder {
  let session: TraceSession
  let request: ViewRequest

  private static let root = "."

  func view() -> SessionView {
    var view = SessionView()
    view.asked = request
    view.answered = request
    view.answered.look = look
    view.facts = facts
    view.position.step = session.position
    view.position.endStep = session.pair.stream.blocks.count
    view.position.inputTime = session.passedTime
    view.position.inputLength = session.timeCount
    view.layers = layers
    view.isAgreementKnown = true
    view.verdict = verdict
    let source = TraceSource(session: session, look: look)
    for index in request.panels.indices {
      let id = request.panels[index].panel.id
      view.panels[id] = view.answered.panels[index].answer(source)
    }
    return view
  }

  private var look: Look {
    var look = request.look
    if session.comparison(look.path) == nil { look.path = Self.root }
    look.row = min(max(0, look.row), max(0, session.rowCount - 1))
    if let time = look.cursorTime, time >= session.timeCount { look.cursorTime = nil }
    return look
  }

  private var facts: SessionFacts {
    var facts = SessionFacts()
    func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
    facts.name = "\(name(session.pair.offline.path)) and \(name(session.pair.stream.path))"
    facts.hasInput = true
    facts.hasLayerWise = true
    facts.rows = (0..<session.rowCount).map { _ in RowFacts(end: session.timeCount) }
    facts.isRecorded = true
    let blocks = session.pair.stream.blocks
    facts.stack = StackFacts(
      kind: "two runs", layerCount: session.comparisons.count,
      blockSize: blocks.count > 0 ? blocks[0] : 0, outputRatio: "1", inputLatency: 0,
      outputLatency: session.comparisons.last?.pair.shift.steps ?? 0, parameterCount: 0,
      stateBytes: 0)
    return facts
  }

  private var layers: [LayerRow] {
    let root = LayerRow(
      path: Self.root, name: Self.root, kind: "two runs", depth: 0, hasChildren: true,
      outputRatio: "1", stateBytes: 0, agrees: session.diagnosis.finding == nil)
    return [root]
      + session.comparisons.map { comparison in
        var row = LayerRow(
          path: comparison.pair.path, name: comparison.pair.path, kind: session.kind(comparison),
          depth: 1, outputRatio: "\(session.pair.offline.places[comparison.pair.offline].rate)",
          stateBytes: 0, agrees: comparison.verdict != .differ)
        row.difference = comparison.firstPlace.map { place in
          DifferencePlace(
            row: place.row, inputTime: session.inputTime(comparison, at: place.time),
            channel: channel(comparison))
        }
        return row
      }
  }

  /// The channel of the first difference, counted over all channel axes.
  private func channel(_ comparison: PlaceComparison) -> Int {
    guard let first = comparison.first else { return 0 }
    let shape = session.pair.offline.places[comparison.pair.offline].channelShape
    return zip(first.channel, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  private var verdict: VerdictView {
    let diagnosis = session.diagnosis
    guard let finding = diagnosis.finding else {
      var view = VerdictView(isEqual: true, pieces: [diagnosis.sentence], brief: "no difference")
      view.isRounding = diagnosis.verdict == .rounding
      if diagnosis.left != nil { view.warning = "stopped: not all was compared" }
      return view
    }
    let path = session.comparisons[finding.index].pair.path
    let place = "row \(finding.row), t \(NumberText.grouped(finding.time))"
    return VerdictView(
      isEqual: false, pieces: ["\(path) first: \(place)", diagnosis.summary],
      brief: "\(path) first: \(place)")
  }
}

/// What panels make their views of where two recorded runs are looked at.
package struct TraceSource {
  package let session: TraceSession
  package let look: Look

  /// The selected place; of all of them the last one.
  var comparison: PlaceComparison? {
    session.comparison(look.path) ?? session.comparisons.last
  }
}
