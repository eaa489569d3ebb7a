import Comparison
import Diagnostics
import Layers
import Runtime

/// `branch [NAME]`.
struct BranchCommand: Command {
  let name = "branch"
  let usage = "branch | branch NAME | branch drop NAME"
  let summary =
    "Lists the branches as a tree, goes to one, or begins a new one here; set PATH:state.LEAF[…] VALUE "
    + "begins one by itself. What a branch has not changed it shares."
  let examples = ["branch", "step 3\nbranch trial\nbranch main\nbranch drop trial"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard let name = line.operands.first else {
      var output = CommandOutput(session.branchLines)
      output.isUnrecorded = true
      return output
    }
    if name == "drop", line.operands.count == 2 { return try drop(line.operands[1], session) }
    guard line.operands.count == 1, name.first?.isLetter == true, name != "drop" else {
      throw CommandError(
        .invalidOperand, found: line.rest, expected: "a name that begins with a letter")
    }
    let here = session.plan.map { $0.boundaries[session.position] } ?? 0
    guard session.document.branch != name else {
      throw CommandError(
        .invalidOperand, found: "this is branch \(name)", expected: "another branch")
    }
    guard session.document.parked[name] != nil else {
      let document = session.document.branched(as: name, at: here, step: session.position)
      try session.commit(document, as: "branch \(name)", changing: .notes)
      return CommandOutput(session.branchLines)
    }
    let (document, timestep) = session.document.switched(to: name, at: here)
    try session.commit(document, as: "branch \(name)", changing: .notes)
    if let plan = session.plan {
      try session.go(to: plan.step(atInput: min(timestep, plan.boundaries[plan.lastStep])))
    }
    return CommandOutput(session.branchLines + session.moveLines)
  }

  private func drop(_ name: String, _ session: Session) throws -> CommandOutput {
    _ = try session.document(ofBranch: name)
    guard name != session.document.branch else {
      throw CommandError(
        .invalidOperand, found: "this is branch \(name)", expected: "one that is not in use",
        suggestion: "branch main, then branch drop \(name)")
    }
    var document = session.document
    let child = document.parked.first { $0.value.document.branchOrigin.parent == name }?.key
    guard child == nil, document.branchOrigin.parent != name else {
      throw CommandError(
        .invalidOperand, found: "branch \(child ?? document.branch) comes from \(name)",
        expected: "a branch that no other comes from")
    }
    document.parked[name] = nil
    try session.commit(document, as: "branch drop \(name)", changing: .notes)
    return CommandOutput(session.branchLines)
  }
}

/// Two branches against each other.
struct BranchComparison {
  private let session: Session
  private static let stepsAtOnce = 256

  init(_ session: Session) { self.session = session }

  /// A line for every layer, and where the branches part first.
  func lines(_ a: String, _ b: String, _ tolerance: Tolerance?) throws -> [String] {
    guard a != b else {
      throw CommandError(.invalidOperand, found: "\(a) and \(b)", expected: "two branches")
    }
    let (first, second): (ModelRun, ModelRun) = (try run(a), try run(b))
    let steps = min(first.position, second.position)
    guard let plan = first.plan,
      plan.boundaries.prefix(steps + 1) == second.plan?.boundaries.prefix(steps + 1)
    else {
      throw CommandError(
        .notReady, found: "\(a) and \(b) are cut into different steps", expected: "the same blocks")
    }
    var lines: [String] = []
    var part: (step: Int, line: String)?
    let width = first.places.map(\.path.shown.count).max() ?? 1
    for (index, place) in first.places.enumerated() {
      try session.goOn(index, of: first.places.count)
      guard let (verdict, step) = try compare(place.path, first, second, steps, tolerance) else {
        continue
      }
      let padding = String(repeating: " ", count: width - place.path.shown.count)
      lines.append("\(place.path.shown)\(padding)  \(verdict.text(ours: b, other: a))")
      guard let step, step < part?.step ?? .max, let found = verdict.first else { continue }
      part = (
        step,
        "\(a) and \(b) part first at \(place.path.shown), t \(found.time), row \(found.row), in step "
          + "\(step + 1)"
      )
    }
    return lines + [part?.line ?? "\(a) and \(b) are equal in \(NumberText.counted(steps, "step"))"]
  }

  /// The run of a branch at the present position.
  private func run(_ name: String) throws -> ModelRun {
    var document = try session.document(ofBranch: name)
    guard name != session.document.branch, let run = try session.makeRun(&document) else {
      return try session.requireRun()
    }
    let here = session.plan.map { $0.boundaries[session.position] } ?? 0
    if let plan = run.plan {
      try run.go(
        to: plan.step(atInput: here), cancel: session.cancel,
        progress: { done, isBetween in
          if isBetween { try session.goOn(done, of: max(1, plan.lastStep)) }
        })
    }
    return run
  }

  private func compare(
    _ path: String, _ a: ModelRun, _ b: ModelRun, _ steps: Int, _ tolerance: Tolerance?
  ) throws -> (verdict: Verdict, step: Int?)? {
    guard let trace = a.trace, let other = b.trace, let spec = trace.spec(path),
      spec == other.spec(path)
    else { return nil }
    let parts = stride(from: 0, to: steps, by: Self.stepsAtOnce).map {
      $0..<min($0 + Self.stepsAtOnce, steps)
    }
    var largest = 0.0
    for part in parts {
      guard let output = try trace.output(of: path, in: part, cancel: session.cancel) else {
        continue
      }
      largest = max(largest, Verdict.largestMagnitude(output))
    }
    let latency = a.latency(path)
    let time = max(0, trace.time(path, after: steps) - latency)
    var verdict = Verdict(
      rows: a.input.batch, time: time, largest: largest, tolerance: tolerance,
      budget: a.errorBudget(path, spec.dtype))
    var first: Int?
    for part in parts {
      guard let x = try trace.output(of: path, in: part, cancel: session.cancel),
        let y = try other.output(of: path, in: part, cancel: session.cancel)
      else { continue }
      let start = trace.time(path, after: part.lowerBound) - latency
      let warmUp = min(max(0, -start), x.time)
      guard warmUp < x.time else { continue }
      let before = verdict.first
      verdict.add(
        y.timesteps(warmUp..<y.time), at: start + warmUp, layer: x.timesteps(warmUp..<x.time))
      guard before == nil, let found = verdict.first else { continue }
      first = part.first { trace.time(path, after: $0 + 1) - latency > found.time }
    }
    return (verdict, first)
  }
}
