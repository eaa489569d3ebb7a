import Comparison
import Diagnostics
import Execution
import Tensors
import Traces

/// `bisect`.
struct BisectCommand: Command {
  let name = "bisect"
  let usage = "bisect [--tol X] [--rtol X] [--ulp N] [--quick]"
  let summary =
    "Finds the first layer whose step-wise run leaves the layer-wise one: timestep, row, channel, the "
    + "likely cause, and the smallest input that still shows it (not with --quick); of a graph also what lint "
    + "knows of it."
  let flags: Set<String> = ["quick"]
  let options = CommandLine.toleranceOptions
  let isRecorded = false
  let examples = ["bisect", "block 2\nbisect --tol 1e-5", "bisect --quick"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    let bisection = try Bisection(session, tolerance: try line.tolerance())
    let answer: Bisection.Answer
    do { answer = try bisection.answer() } catch  where session.cancel.isRaised {
      let (known, all) = bisection.equalSteps
      guard known > 0 else { throw error }
      return CommandOutput(
        "stopped: every layer is equal in the first \(NumberText.counted(known, "step")) of \(all); nothing is "
          + "said of those behind them")
    }
    guard let (diagnosis, path) = answer.found, let finding = diagnosis.finding else {
      return CommandOutput(
        "\(answer.summary) over all \(answer.allSteps) steps: nothing to bisect")
    }
    var lines = diagnosis.findingLines
    lines.append("found in the first \(answer.steps) of \(answer.allSteps) steps")
    if line.options["quick"] == nil {
      let smallest = try SmallestCase(
        bisection, path: path, step: finding.block?.index ?? answer.steps,
        boundaries: session.plan?.boundaries ?? [])
      if smallest.runCount > 0 { lines.append(smallest.text) }
    }
    lines.append(diagnosis.sentence)
    lines += session.graphFindingLines(path)
    var output = CommandOutput(lines)
    output.holds = false
    return output
  }
}
