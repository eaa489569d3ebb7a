import Diagnostics
import Layers
import Runtime

/// `last EXPR`.
struct LastCommand: Command {
  let name = "last"
  let usage = "last EXPR"
  let summary =
    "Goes back to the step before this one in which a value, an array, a mask, a condition or verdict "
    + "[PATH] last changed."
  let isOnlyMove = true
  let readsCondition = true
  let examples = ["run\nlast c1:state.buffer", "step 5\nlast out[0, -1, 1]"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let watch = try session.watch(line)
    guard let found = try session.lastChange(of: watch) else {
      throw CommandError(
        .notReady, found: "\(watch.name) does not change before step \(session.position)",
        expected: "something that changes", suggestion: "next \(watch.name) looks ahead")
    }
    try session.go(to: found)
    return CommandOutput(session.moveLines)
  }
}

/// `next EXPR`.
struct NextCommand: Command {
  let name = "next"
  let usage = "next EXPR"
  let summary =
    "Goes on to the step in which a value, an array, a mask, a condition or verdict [PATH] changes next."
  let isOnlyMove = true
  let readsCondition = true
  let examples = ["step\nnext out[0, -1, 1]", "next c1:state"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let watch = try session.watch(line)
    guard try session.goToNextChange(of: watch) else {
      throw CommandError(
        .notReady, found: "\(watch.name) does not change behind step \(session.position)",
        expected: "something that changes", suggestion: "last \(watch.name) looks back")
    }
    return CommandOutput(session.moveLines)
  }
}

/// `mark NAME`.
struct MarkCommand: Command {
  let name = "mark"
  let usage = "mark NAME | mark | mark clear [NAME]"
  let summary = "Names the position, so that goto NAME leads back to it."
  let examples = ["step 3\nmark here\nreset\ngoto here", "mark", "mark start\nmark clear start"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var document = session.document
    let (_, plan) = try session.requireSteps()
    guard let name = line.operands.first else {
      var output = CommandOutput(
        document.marks.sorted { $0.value < $1.value }.map {
          "\($0.key)  \(plan.text(ofStep: plan.step(atInput: $0.value)))"
        })
      if output.lines.isEmpty { output.lines = ["no marks"] }
      output.isUnrecorded = true
      return output
    }
    if name == "clear", line.operands.count == 1 {
      document.marks = [:]
    } else if name == "clear" {
      let known = try line.rest.isEmpty ? "" : session.mark(line.operands[1]).name
      document.marks[known] = nil
    } else {
      let name = try line.single("a name")
      guard (try? TimeExpression(name)) == nil, name != GotoCommand.firstDifference,
        name.first?.isLetter == true
      else {
        throw CommandError(
          .invalidOperand, found: "'\(name)'",
          expected: "a name that begins with a letter and is no time")
      }
      document.marks[name] = plan.boundaries[session.position]
    }
    try session.commit(document, as: "mark \(line.rest)", changing: .notes)
    return CommandOutput(
      name == "clear" ? "mark clear" : "\(name) is \(plan.text(ofStep: session.position))")
  }
}

extension Session {
  /// What a line searches for.
  fileprivate func watch(_ line: CommandLine) throws -> BoundWatch {
    let text = line.rest.trimmingBlanks
    guard !text.isEmpty else {
      throw CommandError(
        .invalidOperand, found: "nothing to look for",
        expected:
          "a value such as c1[0, -1, 2], an array such as c1:state.buffer, a mask, a condition, or "
          + "verdict")
    }
    let binder = try ConditionBinder(self)
    return try BoundWatch(try ConditionParser.watch(text), text, binder, binder.tree)
  }

  /// A mark by name, and where it is.
  ///
  /// - Throws: ``CommandError`` with the nearest name.
  func mark(_ name: String) throws(CommandError) -> (name: String, timestep: Int) {
    if let timestep = document.marks[name] { return (name, timestep) }
    let names = document.marks.keys.sorted()
    throw CommandError(
      .invalidOperand, found: "there is no mark '\(name)'",
      expected: names.isEmpty ? "a mark: mark NAME makes one" : names.joined(separator: ", "),
      suggestion: NearestName.of(name, among: names).map { "did you mean \($0)?" })
  }

  /// The step that a time as typed means: a time expression, or a mark.
  func step(named text: String) throws(CommandError) -> (step: Int, note: String?) {
    let isName = text.first?.isLetter == true && !text.contains(":")
    do throws(CommandError) { return try step(of: try TimeExpression(text)) } catch {
      guard isName, !document.marks.isEmpty else { throw error }
      let (_, plan) = try requireSteps()
      return (plan.step(atInput: try mark(text).timestep), nil)
    }
  }
}
