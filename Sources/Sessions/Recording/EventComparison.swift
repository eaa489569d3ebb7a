import Diagnostics
import Layers
import Runtime
import Tensors

/// One event as it was recorded, to be compared with what its command does now.
struct EventComparison {
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

  /// A divergence of this event as a whole.
  func at(_ what: Replay.Divergence.What, _ detail: String) -> Replay.Divergence {
    Replay.Divergence(event: event, command: recorded.canonical, what: what, detail: detail)
  }

  /// The first thing that is not as recorded; nil if there is none.
  func divergence(_ outcome: Session.Outcome, isSameNumerics: Bool) -> Replay.Divergence? {
    let made = session.event(typed: recorded.typed, canonical: recorded.canonical, since: mark)
    if made.from != recorded.from || made.to != recorded.to {
      return at(
        .steps,
        "went from step \(made.from) to \(made.to), recorded is \(recorded.from) to \(recorded.to)")
    }
    if let holds = recorded.holds, holds != (outcome.status == 0) {
      let words = ["does not hold", "holds"]
      return at(
        .check,
        "the check \(words[holds ? 0 : 1]) now, recorded is that it \(words[holds ? 1 : 0])")
    }
    return isSameNumerics ? bits(made) : numbers(made)
  }

  // MARK: - Bit for bit

  private func bits(_ made: SessionEvent) -> Replay.Divergence? {
    guard made.first == recorded.first, made.steps.count == recorded.steps.count else {
      return at(
        .steps,
        "computed steps \(made.first + 1) to \(made.to), recorded are \(recorded.first + 1) to "
          + "\(recorded.first + recorded.steps.count)")
    }
    let leaf = zip(made.state, recorded.state).first { !isSame($0, $1) }?.0.path
    for (index, pair) in zip(made.steps, recorded.steps).enumerated() where pair.0 != pair.1 {
      let row = zip(pair.0, pair.1).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      return output(made, step: recorded.first + index + 1, row: row, leaf: leaf)
    }
    if let leaf {
      var found = at(.state, "the state's digest is not the recorded one")
      (found.step, found.timesteps) = (made.to, inputTimesteps(made.to))
      (found.leaf, found.layer) = (leaf, owner(of: leaf))
      return found
    }
    guard made.state.count == recorded.state.count else {
      return at(
        .state, "the state has \(made.state.count) leaves, recorded are \(recorded.state.count)")
    }
    return nil
  }

  /// Whether a leaf is as recorded, perhaps under the path that it had before names of only children counted.
  private func isSame(_ made: SessionEvent.Leaf, _ recorded: SessionEvent.Leaf) -> Bool {
    made.digest == recorded.digest
      && (made.path == recorded.path || session.unnamed(made.path) == recorded.path)
  }

  private func output(
    _ made: SessionEvent, step: Int, row: Int?, leaf: String?
  ) -> Replay.Divergence {
    var found = at(.output, "")
    (found.step, found.timesteps) = (step, inputTimesteps(step))
    found.outputTimesteps = outputTimesteps(step)
    (found.row, found.leaf, found.layer) = (row, leaf, outputLayer)
    found.value = value(made, row: step == made.to ? row : nil)
    if let value = found.value, value.step == step {
      found.detail = value.text
      return found
    }
    found.detail = "the output's digest is not the recorded one\(beginning(step, row))"
    found.detail +=
      found.value.map { "; of step \($0.step) numbers were kept: \($0.text)" }
      ?? "; its values were not kept"
    return found
  }

  /// Our first number of a step.
  private func beginning(_ step: Int, _ row: Int?) -> String {
    guard let run = session.run, let row else { return "" }
    guard let output = run.result(ofStep: step - 1)?.maskedInvalid().rows([row]).values else {
      return ""
    }
    return output.count > 0 ? " (ours begins with \(NumberText.short(output.double(at: 0))))" : ""
  }

  // MARK: - Under another numerics version

  private func numbers(_ made: SessionEvent) -> Replay.Divergence? {
    let (ours, theirs) = (made.lastOutput.count, recorded.lastOutput.count)
    guard ours == theirs else {
      return at(.output, "the last output has \(ours) values, recorded are \(theirs)")
    }
    guard let value = value(made, tolerance: Replay.tolerance) else { return nil }
    var found = at(.output, value.text)
    (found.step, found.timesteps, found.row) = (made.to, inputTimesteps(made.to), value.row)
    (found.outputTimesteps, found.layer) = (outputTimesteps(made.to), outputLayer)
    found.value = value
    return found
  }

  /// The first kept number that differs by more than a tolerance, of a row if that is known.
  private func value(
    _ made: SessionEvent, row: Int? = nil, tolerance: Double = 0
  ) -> Replay.Divergence.Value? {
    guard made.lastOutput.count == recorded.lastOutput.count, let run = session.run, made.to > 0,
      let output = run.result(ofStep: made.to - 1), output.time > 0
    else { return nil }
    let channels = max(1, output.channelCount)
    let first = outputTimesteps(made.to)?.lowerBound ?? 0
    for (index, (ours, theirs)) in zip(made.lastOutput, recorded.lastOutput).enumerated() {
      let bound = tolerance * max(1, abs(theirs))
      let isSame = ours == theirs || (ours.isNaN && theirs.isNaN) || abs(ours - theirs) <= bound
      let place = index / channels
      guard !isSame, row == nil || place / output.time == row else { continue }
      return Replay.Divergence.Value(
        step: made.to, row: place / output.time, timestep: first + place % output.time,
        channel: index % channels, recorded: theirs, new: ours)
    }
    return nil
  }

  // MARK: - Places

  /// The input timesteps of a step.
  private func inputTimesteps(_ step: Int) -> Range<Int>? {
    guard let boundaries = session.plan?.boundaries, step > 0, boundaries.indices.contains(step)
    else { return nil }
    return boundaries[step - 1]..<boundaries[step]
  }

  /// What the root puts out in a step, counted from its first output that is no warm-up.
  private func outputTimesteps(_ step: Int) -> Range<Int>? {
    guard let run = session.run, let trace = run.trace, step > 0 else { return nil }
    let latency = run.latency("")
    return trace.time("", after: step - 1) - latency..<trace.time("", after: step) - latency
  }

  /// The layer that puts out what the root puts out: the last of a chain.
  private var outputLayer: String? {
    guard let root = session.document.layer else { return nil }
    let tree = LayerTree(root)
    var node = tree.nodes[0]
    while node.layer is Serial, let last = tree[node.index + [node.layer.children.count - 1]] {
      node = last
    }
    return node.path
  }

  /// The innermost layer that a state leaf belongs to.
  private func owner(of leaf: String) -> String? {
    session.nodes.map(\.path).filter { leaf.isInside($0) }.max { $0.count < $1.count }
  }
}
