import Diagnostics
import Layers
import Runtime

/// Commands that change the position.
enum TimeCommands {
  static let all: [any Command] = [
    StepCommand(), BackCommand(), GotoCommand(), RunCommand(), ResetCommand(), FlushCommand(),
    DecodeCommand(), ForceCommand(), BreakCommand(), LastCommand(), NextCommand(), MarkCommand(),
  ]
}

/// `step [N]`.
struct StepCommand: Command {
  let name = "step"
  let aliases = ["s"]
  let usage = "step [N]"
  let summary =
    "Makes N steps (1 if not said), or fewer where a break holds; behind the input's end it flushes."
  let examples = ["step", "step 3"]
  let isOnlyMove = true

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = try line.count("a number of steps")
    let (run, plan) = try session.requireSteps()
    guard run.position < plan.lastStep else {
      throw CommandError(
        .atTheEnd, found: "at the end (\(plan.endStep) + \(plan.flushSteps) flush)",
        suggestion: "back goes back, goto TIME to a time, reset to the start")
    }
    try session.run(to: run.position + min(count, plan.lastStep - run.position))
    return CommandOutput(session.moveLines)
  }
}

/// `back [N]`.
struct BackCommand: Command {
  let name = "back"
  let aliases = ["b"]
  let usage = "back [N] | back until COND"
  let summary =
    "Goes N steps back, or to the last step before this one of which a condition holds; the bits are those "
    + "of having run there."
  let examples = ["step 3\nback", "step 3\nback 2", "run\nback until c1:state.buffer changes"]
  let isOnlyMove = true
  let readsCondition = true

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (run, _) = try session.requireSteps()
    if line.operands.first == "until" {
      let condition = try ConditionParser.condition(line.behindFirst)
      let bound = try BoundCondition(condition, try ConditionBinder(session))
      let found = try session.lastPosition(
        before: run.position, prime: bound.prime, matches: bound.holds)
      guard let found else {
        throw CommandError(
          .notReady, found: "'\(condition.text)' holds in no step before \(run.position)",
          expected: "a condition that held")
      }
      try session.go(to: found)
      return CommandOutput(session.moveLines)
    }
    let count = try line.count("a number of steps")
    try session.go(to: max(0, run.position - count))
    return CommandOutput(session.moveLines)
  }
}

/// `goto TIME`.
struct GotoCommand: Command {
  let name = "goto"
  let aliases = ["g"]
  let usage = "goto TIME | goto MARK | goto first-difference"
  let summary =
    "Goes to a time: blocks such as 7, i:120, o:3, 2.36s, end or flushed; to a mark; or behind the first step "
    + "in which step and layer differ at any layer."
  let examples = [
    "goto 2", "goto i:5", "goto o:3", "goto end", "goto flushed", "step\nmark a\nreset\ngoto a",
    "fault c1 drop-state\ngoto first-difference",
  ]
  let isOnlyMove = true
  static let firstDifference = "first-difference"

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = try line.single("a time")
    if text == Self.firstDifference { return try goToDifference(session) }
    let target = try session.step(named: text)
    try session.go(to: target.step)
    return CommandOutput((target.note.map { [$0] } ?? []) + session.moveLines)
  }
}

extension GotoCommand {
  private func goToDifference(_ session: Session) throws -> CommandOutput {
    let (_, plan) = try session.requireSteps()
    let start = session.position
    guard let found = try session.firstDifference() else {
      if session.context.wasStopped { return CommandOutput(session.moveLines) }
      try session.go(to: start)
      throw CommandError(
        .notReady, found: "no layer differs in any of \(NumberText.counted(plan.lastStep, "step"))",
        expected: "a difference of step and layer")
    }
    try session.go(to: found.step)
    let verdict = try session.verdict(of: found.path, tolerance: nil)
    return CommandOutput(session.moveLines + ["\(found.path.shown)  \(verdict.text)"])
  }
}

/// `run [TIME]`.
struct RunCommand: Command {
  let name = "run"
  let usage = "run [TIME]"
  let summary = "Runs to a time, or to the end, flush included, or to where a break holds."
  let examples = ["run", "run 3"]
  let isOnlyMove = true

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (_, plan) = try session.requireSteps()
    guard !line.operands.isEmpty else {
      try session.run(to: plan.lastStep)
      return CommandOutput(session.moveLines)
    }
    let target = try session.step(named: try line.single("a time"))
    try session.run(to: target.step)
    return CommandOutput((target.note.map { [$0] } ?? []) + session.moveLines)
  }
}

/// `reset`.
struct ResetCommand: Command {
  let name = "reset"
  let usage = "reset"
  let summary = "Goes to the start; weights and stack stay."
  let examples = ["reset"]
  let isOnlyMove = true

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    try session.go(to: 0)
    return CommandOutput(session.moveLines)
  }
}

/// `flush`.
struct FlushCommand: Command {
  let name = "flush"
  let usage = "flush [--here]"
  let summary =
    "Feeds invalid timesteps behind the input until the last output is out; --here ends the input at "
    + "the position first."
  let flags: Set<String> = ["here"]
  let examples = ["goto end\nflush", "step 3\nflush --here"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    let (run, plan) = try session.requireSteps()
    guard run.position < plan.endStep else {
      session.context.isMove = true
      try session.go(to: plan.lastStep)
      return CommandOutput(session.moveLines)
    }
    guard line.options["here"] != nil else {
      throw CommandError(
        .invalidOperand,
        found: "input ends at step \(plan.endStep); --here treats step \(run.position) as the end")
    }
    var document = session.document
    let end = plan.boundaries[run.position]
    let kept = document.input?.sequence.timesteps(0..<end) ?? run.input
    document.input?.sequence = kept
    try session.commit(document, as: "flush --here", changing: .input)
    let (_, now) = try session.requireSteps()
    try session.go(to: now.lastStep)
    return CommandOutput(session.moveLines)
  }
}

extension CommandLine {
  /// The only operand as a count of at least 1; 1 without operand.
  func count(_ what: String) throws(CommandError) -> Int {
    guard !operands.isEmpty else { return 1 }
    let text = try single(what)
    guard let count = Int(text), count >= 1 else {
      throw CommandError(
        .invalidOperand, found: text,
        expected: "\(what) from 1, written out: there is no arithmetic, there are no variables")
    }
    return count
  }
}
