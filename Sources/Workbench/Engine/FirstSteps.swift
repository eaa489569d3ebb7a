import Layers
import Sessions

/// What a user sees first: how the session stands, and the commands and keys that lead on.
struct FirstSteps {
  let session: Session
  /// Whether there are panels, so that keys do what commands do.
  let hasKeys: Bool

  var lines: [OutputLine] {
    guard let layer = session.document.layer else { return [] }
    guard session.document.input != nil else {
      return [OutputLine("No input yet: input FILE, or input sine --channels 3 --time 20", .hint)]
    }
    let nan = session.nanOrigin.map { OutputLine($0.text, .bad) }
    return [nan].compactMap { $0 } + steps(layer)
  }

  private func steps(_ layer: any SequenceLayer) -> [OutputLine] {
    if let obstacle = layer.stepObstacle {
      return [OutputLine("This stack runs layer-wise only: \(obstacle)", .hint)]
    }
    if let verdict = session.comparison(""), !verdict.isEqual {
      return [
        OutputLine("Step-wise and layer-wise results differ: somewhere a layer is wrong.", .bad),
        OutputLine(
          hasKeys
            ? "Key d selects the first that differs, then 3 shows its state, 4 its outputs."
            : "diff all names the first that differs.", .hint),
      ]
    }
    let verdict = session.comparison("").map { _ in "Step and layer agree so far. " } ?? ""
    return [OutputLine(verdict + way, .hint)]
  }

  /// Where one can go from here; at the end that is not on.
  private var way: String {
    let position = session.position
    let isAtEnd = session.plan.map { position >= $0.lastStep } ?? false
    var ways: [String] = []
    if !isAtEnd {
      ways += [offer("step", "s", "makes a step"), offer("run", "r", "runs to the end")]
    }
    if position > 0 { ways.append(offer("back", "b", "goes back")) }
    if isAtEnd, session.canDecode { ways.append(offer("decode 1", "t", "decodes a token")) }
    if isAtEnd { ways.append(offer("goto TIME", "g", "goes to a time")) }
    ways.append(offer("help", "?", "helps"))
    return (isAtEnd && position > 0 ? "This is the end: " : "") + ways.joined(separator: ", ") + "."
  }

  private func offer(_ command: String, _ key: String, _ what: String) -> String {
    hasKeys ? "\(key) \(what)" : "\(command) \(what)"
  }
}
