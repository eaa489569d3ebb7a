import Comparison
import Layers
import Runtime
import Tensors

/// `diff [PATH|all|expected]`.
struct DiffCommand: Command {
  let name = "diff"
  let usage = "diff [PATH | all | expected | BRANCH BRANCH] [--tol X] [--rtol X] [--ulp N]"
  let summary =
    "Compares the step-wise with the layer-wise run up to the position, or two branches: equal, rounding, or "
    + "the first place and what explains the differences. --tol, --rtol and --ulp say what counts as equal."
  let options = CommandLine.toleranceOptions
  let isRecorded = false
  let examples = ["run\ndiff", "step 2\ndiff all", "step\ndiff c1 --tol 1e-5", "run\ndiff --ulp 2"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let tolerance = try line.tolerance()
    if line.operands.count == 2 {
      return CommandOutput(
        try BranchComparison(session).lines(line.operands[0], line.operands[1], tolerance))
    }
    let what = line.operands.isEmpty ? "." : try line.single("PATH, all or expected")
    if what == "expected" { return CommandOutput(try session.expectedLines(tolerance)) }
    let (_, tree) = try session.requireTree()
    let (run, _) = try session.requireSteps()
    guard what == "all" else {
      let path = try tree.resolve(what).path
      let verdict = try session.verdict(of: path, tolerance: tolerance)
      let findings = verdict.isEqual ? [] : try session.findings(at: path, tolerance)
      return CommandOutput(["\(path.shown)  \(verdict.text)"] + findings.map { "  " + $0 })
    }
    // In the order in which data flows: the first that differs is where to look.
    var lines: [String] = []
    let width = run.places.map(\.path.shown.count).max() ?? 1
    for (index, place) in run.places.enumerated() {
      let verdict = try session.verdict(
        of: place.path, tolerance: tolerance, part: (index, run.places.count))
      let name = place.path.shown + String(repeating: " ", count: width - place.path.shown.count)
      lines.append("\(name)  \(verdict.text)")
    }
    return CommandOutput(lines)
  }
}
