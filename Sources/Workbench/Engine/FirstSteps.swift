import Layers
import Sessions

/// What a user is told first: how the session stands, and the commands and keys that lead on.
enum FirstSteps {
  static func lines(_ session: Session) -> [OutputLine] {
    guard let layer = session.document.layer else { return [] }
    guard session.document.input != nil else {
      return [OutputLine("No input yet: input FILE, or input sine --channels 3 --time 20", .hint)]
    }
    if let obstacle = layer.stepObstacle {
      return [OutputLine("This stack runs layer-wise only: \(obstacle)", .hint)]
    }
    guard let verdict = session.comparison("") else {
      return [
        OutputLine("step makes a step (key s), run runs to the end (r), help helps (?).", .hint)
      ]
    }
    if verdict.isEqual {
      let text =
        "Step and layer agree so far. step goes on (key s), back goes back (b), help helps (?)."
      return [OutputLine(text, .hint)]
    }
    return [
      OutputLine("Step-wise and layer-wise results differ: somewhere a layer is wrong.", .bad),
      OutputLine(
        "diff all names the first layer that differs; key d selects it, then 3 shows its state, "
          + "4 its outputs.", .hint),
    ]
  }
}
