import Comparison
import Layers
import Runtime
import Tensors

/// `diff [PATH[slice]|all|expected]`.
struct DiffCommand: Command {
  let name = "diff"
  let usage =
    "diff [PATH | PATH[row, t] | PATH[row] | all | expected | BRANCH BRANCH] [--tol X] [--rtol X] [--ulp N]"
  let summary =
    "Compares the step-wise with the layer-wise run up to the position, or two branches: equal, rounding, or "
    + "the first place and what explains the differences. PATH[row, t] is both values channel by channel, "
    + "PATH[row] over time. --tol, --rtol and --ulp say what counts as equal."
  let options = CommandLine.toleranceOptions
  let isRecorded = false
  let examples = [
    "run\ndiff", "step 2\ndiff all", "step\ndiff c1 --tol 1e-5",
    "run\ndiff --ulp 2", "run\ndiff c1[0, 2]", "run\ndiff c1[0]",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let tolerance = try line.tolerance()
    let place = line.operands.joined(separator: " ")
    // A layer's path may end in a bracket too.
    if place.hasSuffix("]"),
      try !session.requireTree().1.nodes.contains(where: { $0.path == place })
    {
      return CommandOutput(try PlaceListing.table(session, try Facet(place)))
    }
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
