package import Layers
import Runtime
import Tensors

/// Carries a recorded session out again and verifies every digest.
package struct Replay {
  /// The first place where the replay is not what was recorded.
  package struct Divergence: Hashable, Sendable {
    package var event: Int
    package var command: String
    package var step: Int?
    /// The input timesteps of the step.
    package var timesteps: Range<Int>?
    package var row: Int?
    /// The first differing state leaf in program order, and so the layer.
    package var leaf: String?
    package var detail: String

    /// Where and what, on one line.
    package var text: String {
      var place = "event \(event) (\(command))"
      if let step { place += ", step \(step)" }
      if let timesteps, let last = timesteps.last {
        place +=
          timesteps.count == 1
          ? ", input timestep \(last)" : ", input timesteps \(timesteps.lowerBound) to \(last)"
      }
      if let row { place += ", row \(row)" }
      if let leaf { place += ", state \(leaf)" }
      return "\(place): \(detail)"
    }
  }

  /// What a replay found.
  package enum Result: Sendable {
    case same(events: Int, steps: Int, notes: [String])
    case diverged(Divergence)
    /// It could not be carried out: a file or a layer is missing.
    case failed(event: Int, CommandError)
  }

  /// How far kept values may differ under another numerics version.
  package static let tolerance = 1e-4

  /// Replays a file on a fresh session.
  ///
  /// Files that it does not hold are looked for from `folder`, that of the file itself, and elsewhere only
  /// where `trusted` names them. `progress` is told now and then how many events are done, of how many, when it takes long.
  package static func run(
    _ file: SessionFile, folder: String = ".", trusted: [String] = [],
    registry: LayerRegistry = .builtIn,
    progress: @escaping (Int, Int) -> Void = { _, _ in }
  ) -> Result {
    let session = Session(registry: registry)
    session.progress = progress
    session.opening = OpeningPace(start: session.clock(), total: file.events.count)
    session.files.lend(file, folder: folder, trusted: trusted)
    let isSameNumerics = file.header.numerics == NumericsVersion.current
    var steps = 0
    var values = 0
    for (index, recorded) in file.events.enumerated() {
      let comparison = EventComparison(session: session, event: index + 1, recorded: recorded)
      let outcome = session.perform(recorded)
      session.opening?.done = index + 1
      if let error = outcome.error, outcome.status == 3 {
        let isMissing = [.file, .untrusted, .invalidStack].contains(error.code)
        return isMissing ? .failed(event: index + 1, error) : .diverged(comparison.at("\(error)"))
      }
      if let divergence = comparison.divergence(outcome, isSameNumerics: isSameNumerics) {
        return .diverged(divergence)
      }
      steps += recorded.steps.count
      values += recorded.lastOutput.count
    }
    let headerNotes = [session.headerNote(file)].compactMap { $0 }
    let notes =
      isSameNumerics
      ? headerNotes
      : [
        "recorded under numerics version \(file.header.numerics), this is "
          + "\(NumericsVersion.current): \(values) kept values compared within "
          + NumberText.short(tolerance)
      ] + headerNotes
    return .same(events: file.events.count, steps: steps, notes: notes)
  }
}

/// One event as it was recorded, to be compared with what its command does now.
private struct EventComparison {
  let session: Session
  let event: Int
  let recorded: SessionEvent
  private let mark: EventMark

  init(session: Session, event: Int, recorded: SessionEvent) {
    self.session = session
    self.event = event
    self.recorded = recorded
    mark = EventMark(position: session.position, run: session.run)
  }

  /// A divergence of this event.
  func at(
    _ detail: String, step: Int? = nil, row: Int? = nil, leaf: String? = nil
  ) -> Replay.Divergence {
    let timesteps = step.flatMap { step in
      session.plan.flatMap { plan in
        plan.boundaries.indices.contains(step) && step > 0
          ? plan.boundaries[step - 1]..<plan.boundaries[step] : nil
      }
    }
    return Replay.Divergence(
      event: event, command: recorded.canonical, step: step, timesteps: timesteps, row: row,
      leaf: leaf, detail: detail)
  }

  /// The first thing that is not as recorded; nil if there is none.
  func divergence(_ outcome: Session.Outcome, isSameNumerics: Bool) -> Replay.Divergence? {
    let made = session.event(typed: recorded.typed, canonical: recorded.canonical, since: mark)
    if made.from != recorded.from || made.to != recorded.to {
      return at(
        "went from step \(made.from) to \(made.to), recorded is \(recorded.from) to \(recorded.to)")
    }
    if let holds = recorded.holds, holds != (outcome.status == 0) {
      let words = ["does not hold", "holds"]
      return at(
        "the check \(words[holds ? 0 : 1]) now, recorded is that it \(words[holds ? 1 : 0])")
    }
    return isSameNumerics
      ? bits(made) : values(made).map { at($0.text, step: made.to, row: $0.row) }
  }

  private func bits(_ made: SessionEvent) -> Replay.Divergence? {
    let leaf = zip(made.state, recorded.state).first { $0 != $1 }?.0.path
    guard made.first == recorded.first, made.steps.count == recorded.steps.count else {
      return at(
        "computed steps \(made.first + 1) to \(made.to), recorded are \(recorded.first + 1) to "
          + "\(recorded.first + recorded.steps.count)")
    }
    for (index, pair) in zip(made.steps, recorded.steps).enumerated() where pair.0 != pair.1 {
      let row = zip(pair.0, pair.1).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      let step = recorded.first + index + 1
      return at(detail(made, step, row), step: step, row: row, leaf: leaf)
    }
    if let leaf {
      return at("the state's digest is not the recorded one", step: made.to, leaf: leaf)
    }
    guard made.state.count == recorded.state.count else {
      return at("the state has \(made.state.count) leaves, recorded are \(recorded.state.count)")
    }
    return nil
  }

  /// Both values where the recorded one was kept, else ours.
  private func detail(_ made: SessionEvent, _ step: Int, _ row: Int?) -> String {
    if step == made.to, let found = values(made, tolerance: 0) { return found.text }
    guard let run = session.run, let row else {
      return "the output's digest is not the recorded one"
    }
    let output = run.output(ofStep: step - 1).maskedInvalid().rows([row]).values
    let first =
      output.count > 0 ? " (ours begins with \(NumberText.short(output.double(at: 0))))" : ""
    return "the output's digest is not the recorded one\(first); its values were not kept"
  }

  private func values(
    _ made: SessionEvent, tolerance: Double = Replay.tolerance
  ) -> (text: String, row: Int?)? {
    let (ours, theirs) = (made.lastOutput, recorded.lastOutput)
    guard ours.count == theirs.count else {
      return ("the last output has \(ours.count) values, recorded are \(theirs.count)", nil)
    }
    for (index, pair) in zip(ours, theirs).enumerated() {
      let bound = tolerance * max(1, abs(pair.1))
      guard abs(pair.0 - pair.1) > bound || pair.0.isNaN != pair.1.isNaN else { continue }
      let place = place(of: index, made.to)
      return ("\(place.text): ours \(pair.0), recorded \(pair.1)", place.row)
    }
    return nil
  }

  /// Where a number of the last output stands.
  private func place(of index: Int, _ step: Int) -> (text: String, row: Int?) {
    guard let output = session.run?.output(ofStep: step - 1), output.time > 0 else {
      return ("value \(index)", nil)
    }
    let channels = max(1, output.channelCount)
    let row = index / (channels * output.time)
    let time = index / channels % output.time
    return ("output \(time) of the step, channel \(index % channels)", row)
  }
}
