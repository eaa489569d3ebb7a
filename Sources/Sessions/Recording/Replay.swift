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
    package var row: Int?
    /// The first differing state leaf in program order, and so the layer.
    package var leaf: String?
    package var detail: String

    /// Where and what, on one line.
    package var text: String {
      var place = "event \(event) (\(command))"
      if let step { place += ", step \(step)" }
      if let row { place += ", row \(row)" }
      if let leaf { place += ", state \(leaf)" }
      return "\(place): \(detail)"
    }
  }

  /// What a replay found.
  package enum Result: Sendable {
    case same(events: Int, steps: Int, notes: [String])
    case diverged(Divergence)
  }

  /// How far kept values may differ under another numerics version.
  package static let tolerance = 1e-4

  /// Replays a file on a fresh session.
  package static func run(_ file: SessionFile, registry: LayerRegistry = .builtIn) -> Result {
    let session = Session(registry: registry)
    let isSameNumerics = file.header.numerics == NumericsVersion.current
    var steps = 0
    for (index, recorded) in file.events.enumerated() {
      let from = session.position
      let outcome = session.perform(recorded.canonical)
      func diverged(_ detail: String, step: Int? = nil, row: Int? = nil, leaf: String? = nil)
        -> Result
      {
        .diverged(
          Divergence(
            event: index + 1, command: recorded.canonical, step: step, row: row, leaf: leaf,
            detail: detail))
      }
      if let error = outcome.error, outcome.status == 3 { return diverged("\(error)") }
      let made = Recorder.event(
        typed: recorded.typed, canonical: recorded.canonical, from: from, session)
      if made.from != recorded.from || made.to != recorded.to {
        return diverged(
          "went from step \(made.from) to \(made.to), recorded is \(recorded.from) to \(recorded.to)"
        )
      }
      if isSameNumerics {
        if let difference = firstDifference(made, recorded) {
          return diverged(
            difference.detail, step: difference.step, row: difference.row, leaf: difference.leaf)
        }
      } else if let detail = valueDifference(made, recorded) {
        return diverged(detail)
      }
      steps += recorded.steps.count
    }
    let notes =
      isSameNumerics
      ? []
      : [
        "recorded under numerics version \(file.header.numerics), this is "
          + "\(NumericsVersion.current): kept values compared within \(tolerance)"
      ]
    return .same(events: file.events.count, steps: steps, notes: notes)
  }

  private struct Difference {
    var step: Int?
    var row: Int?
    var leaf: String?
    var detail: String
  }

  private static func firstDifference(_ made: SessionEvent, _ recorded: SessionEvent) -> Difference?
  {
    let leaf = zip(made.state, recorded.state).first { $0.0 != $0.1 }?.0.path
    guard made.steps.count == recorded.steps.count else {
      return Difference(
        detail: "made \(made.steps.count) steps, recorded are \(recorded.steps.count)")
    }
    let first = recorded.to - recorded.steps.count
    for (index, pair) in zip(made.steps, recorded.steps).enumerated() where pair.0 != pair.1 {
      let row = zip(pair.0, pair.1).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      return Difference(
        step: first + index + 1, row: row, leaf: leaf,
        detail: valueDifference(made, recorded) ?? "the output's digest is not the recorded one")
    }
    if let leaf {
      return Difference(
        step: made.to, leaf: leaf, detail: "the state's digest is not the recorded one")
    }
    return made.state.count == recorded.state.count
      ? nil
      : Difference(detail: "the state has \(made.state.count) leaves, not \(recorded.state.count)")
  }

  private static func valueDifference(_ made: SessionEvent, _ recorded: SessionEvent) -> String? {
    guard let ours = made.lastOutput, let theirs = recorded.lastOutput else { return nil }
    guard ours.count == theirs.count else {
      return "the last output has \(ours.count) values, recorded are \(theirs.count)"
    }
    for (index, pair) in zip(ours, theirs).enumerated() {
      let bound = tolerance * max(1, abs(pair.1))
      if abs(pair.0 - pair.1) > bound || pair.0.isNaN != pair.1.isNaN {
        return "value \(index) of the last output is \(pair.0), recorded is \(pair.1)"
      }
    }
    return nil
  }
}
