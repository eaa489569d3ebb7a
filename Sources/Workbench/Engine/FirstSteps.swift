import Layers
import Sessions

/// What a user is told first: how the session stands, and the keys that lead on from there.
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
      return [OutputLine("s makes a step, r runs to the end, ? lists the keys.", .hint)]
    }
    if verdict.isEqual {
      return [
        OutputLine("Step and layer agree so far. j k select a layer, b goes back, ? helps.", .hint)
      ]
    }
    return [
      OutputLine("Step-wise and layer-wise results differ: somewhere a layer is wrong.", .bad),
      OutputLine(
        "d selects the first layer that differs (diff all lists them); then 3 shows its state, 4 its "
          + "outputs.", .hint),
    ]
  }
}
