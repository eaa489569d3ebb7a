import Layers
import Runtime
import Tensors

/// Commands that change the position.
enum TimeCommands {
  static let all: [any Command] = [
    StepCommand(), BackCommand(), GotoCommand(), RunCommand(), ResetCommand(), FlushCommand(),
    DecodeCommand(), ForceCommand(),
  ]
}

/// `step [N]`.
struct StepCommand: Command {
  let name = "step"
  let aliases = ["s"]
  let usage = "step [N]"
  let summary = "Makes N steps (1 if not said); behind the input's end it flushes."
  let examples = ["step", "step 3"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = try line.count("a number of steps")
    let (run, plan) = try session.requireSteps()
    guard run.position < plan.lastStep else {
      throw CommandError(
        .atTheEnd, found: "at the end (\(plan.endStep) + \(plan.flushSteps) flush)")
    }
    try session.go(to: min(run.position + count, plan.lastStep))
    return CommandOutput(session.positionLine, canonical: "goto \(session.position)")
  }
}

/// `back [N]`.
struct BackCommand: Command {
  let name = "back"
  let aliases = ["b"]
  let usage = "back [N]"
  let summary = "Goes N steps back; the bits are those of having run there."
  let examples = ["back"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = try line.count("a number of steps")
    let (run, _) = try session.requireSteps()
    try session.go(to: max(0, run.position - count))
    return CommandOutput(session.positionLine, canonical: "goto \(session.position)")
  }
}

/// `goto TIME`.
struct GotoCommand: Command {
  let name = "goto"
  let aliases = ["g"]
  let usage = "goto TIME"
  let summary = "Goes to a time: blocks such as 7, i:120, o:3, 2.36s, end or flushed."
  let examples = ["goto 2", "goto i:5", "goto end"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let target = try session.step(of: try TimeExpression(try line.single("a time")))
    try session.go(to: target.step)
    return CommandOutput(
      (target.note.map { [$0] } ?? []) + [session.positionLine],
      canonical: "goto \(session.position)")
  }
}

/// `run [TIME]`.
struct RunCommand: Command {
  let name = "run"
  let usage = "run [TIME]"
  let summary = "Runs to a time, or to the end, flush included."
  let examples = ["run", "run 3"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (_, plan) = try session.requireSteps()
    let target =
      try line.operands.isEmpty
      ? plan.lastStep : session.step(of: try TimeExpression(try line.single("a time"))).step
    try session.go(to: target)
    return CommandOutput(session.positionLine, canonical: "goto \(session.position)")
  }
}

/// `reset`.
struct ResetCommand: Command {
  let name = "reset"
  let usage = "reset"
  let summary = "Goes to the start; weights and stack stay."
  let examples = ["reset"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try session.go(to: 0)
    return CommandOutput(session.positionLine, canonical: "goto 0")
  }
}

/// `flush`.
struct FlushCommand: Command {
  let name = "flush"
  let usage = "flush [--here]"
  let summary = "Feeds invalid timesteps behind the input until the last output is out."
  let flags: Set<String> = ["here"]
  let examples: [String] = []

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (run, plan) = try session.requireSteps()
    if run.position < plan.endStep {
      guard line.options["here"] != nil else {
        throw CommandError(
          .invalidOperand, found: "step \(run.position); the input ends at step \(plan.endStep)",
          expected: "to be at its end",
          suggestion: "flush --here treats step \(run.position) as the end")
      }
      let end = plan.boundaries[run.position]
      var document = session.document
      document.input?.sequence = run.input.timesteps(0..<end)
      try session.commit(document, as: "flush --here")
    }
    let (_, now) = try session.requireSteps()
    try session.go(to: now.lastStep)
    return CommandOutput(session.positionLine)
  }
}

extension Session {
  /// Where the run is, and whether it is right so far.
  var positionLine: String {
    guard let run, let plan = run.plan else { return "at step 0" }
    let place: String
    if run.position > plan.endStep {
      place = "flush \(run.position - plan.endStep)/\(plan.flushSteps)"
    } else {
      place = "step \(run.position) of \(plan.endStep)"
    }
    let verdict = (try? verdict(of: "", tolerance: 1e-6))?.text ?? ""
    return verdict.isEmpty ? place : "\(place)  \(verdict)"
  }

  /// Step-wise against layer-wise at a layer, up to the position.
  func verdict(of path: String, tolerance: Double) throws -> Verdict {
    let run = try requireRun()
    let layerWise = try run.layerWiseResult(cancel: cancel)
    guard let layer = layerWise.taps[path] else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no layer-wise output")
    }
    return run.verdict(path, layer: layer, tolerance: tolerance)
  }
}

extension CommandLine {
  /// The only operand as a count of at least 1; 1 without operand.
  func count(_ what: String) throws(CommandError) -> Int {
    guard !operands.isEmpty else { return 1 }
    let text = try single(what)
    guard let count = Int(text), count >= 1 else {
      throw CommandError(.invalidOperand, found: text, expected: "\(what) from 1")
    }
    return count
  }
}
