import Layers
import Runtime
import Tensors

/// `row R reset|restart`.
struct RowCommand: Command {
  let name = "row"
  let usage = "row R reset [at T] [on BRANCH] | row R restart [at T] [on BRANCH]"
  let summary =
    "Sets the state of one row back to what it began with at a step; restart also feeds the row its input from "
    + "the beginning again from there on. Both happen on a branch."
  let examples = ["step 4\nrow 1 reset", "row 0 restart at 6"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let (run, plan) = try session.requireSteps()
    let words = line.operands
    guard words.count >= 2, words.count % 2 == 0, ["reset", "restart"].contains(words[1]) else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    guard let row = Int(words[0]), (0..<run.input.batch).contains(row) else {
      throw CommandError(
        .invalidOperand, found: "row \(words[0])", expected: "0 to \(run.input.batch - 1)")
    }
    var (step, branch) = (session.position, nil as String?)
    for place in stride(from: 2, to: words.count, by: 2) {
      switch words[place] {
      case "at": step = try session.step(named: words[place + 1]).step
      case "on": branch = words[place + 1]
      default: throw CommandError(.syntax, found: "'\(words[place])'", expected: usage)
      }
    }
    var document = try session.document.forEdit(
      on: branch, at: plan.boundaries[session.position], step: session.position)
    let edit = StateEdit(change: .initialRow(row), step: step)
    document.edits.removeAll { $0 == edit }
    document.edits.append(edit)
    let start = min(plan.boundaries[step], run.input.time)
    var reach = Session.Reach.steps
    if words[1] == "restart", let source = document.input?.sequence {
      document.input?.sequence = try source.restarting(row, at: start)
      reach = .input
    }
    let text = session.context.canonical
    session.context.canonical = branch == nil ? "\(text) on \(document.branch)" : text
    try session.commit(document, as: "row \(row) \(words[1])", changing: reach)
    return CommandOutput(
      [
        "on branch \(document.branch): from step \(step) (input timestep \(start)) row \(row) "
          + (words[1] == "reset"
            ? "goes on from the state that it began with"
            : "begins anew; what it gives is to be compared with what it gave from t 0 on")
      ] + session.moveLines)
  }
}

extension SequenceTensor {
  /// The sequence in which one row is from a timestep on what it is from the start.
  func restarting(_ row: Int, at start: Int) throws -> SequenceTensor {
    let moved = timesteps(0..<time - start)
    let whole = start > 0 ? SequenceTensor.concatenate([timesteps(0..<start), moved]) : self
    let order = (0..<batch).map { $0 == row ? batch : $0 }
    return try SequenceTensor(
      values: Tensor.joined(rows: [values, whole.values.rows([row])]).rows(order),
      mask: Tensor.joined(rows: [mask, whole.mask.rows([row])]).rows(order))
  }
}
