import Comparison
import Layers
import Runtime
import Sessions
import Testing

@Suite("Verdicts that grow with the steps")
struct RunningVerdictTests {
  private static let setUp = [
    "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal, name: \"ahead\"), "
      + "LSTM(units: 3, name: \"lstm\"), Downsample1D(rate: 2, name: \"down\")])",
    "input noise --channels 3 --lengths 17,9 --seed 3",
  ]

  @Test(
    "they are those of the whole sequences at every position, in any order",
    arguments: ["", "fault lstm stale-state at 4", "fault ahead mask-multiply"])
  func growth(fault: String) throws {
    let session = Session()
    for line in Self.setUp + [fault] {
      #expect(session.perform(line).error == nil)
    }
    let last = try #require(session.plan).lastStep
    for position in [1, 2, 5, last, 3, 0, 4, last] {
      #expect(session.perform("goto \(position)").error == nil)
      for path in session.nodes.map(\.path) {
        // As text, because a verdict may hold NaN, which equals nothing.
        let (found, whole) = (session.comparison(path), Self.whole(session, path))
        #expect(String(describing: found) == String(describing: whole))
      }
    }
  }

  /// The comparison of all outputs put together.
  private static func whole(_ session: Session, _ path: String) -> Verdict? {
    guard let layer = session.layerOutput(path), let (output, warmUp) = session.stepOutput(path)
    else { return nil }
    let step = output.timesteps(warmUp..<output.time)
    let budget = session.errorBudget(path)
    let verdict = Verdict(step: step, layer: layer, tolerance: nil, budget: budget)
    return verdict.comparedSteps > 0 ? verdict : nil
  }
}
