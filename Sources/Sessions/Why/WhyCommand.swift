import Tensors

/// `why PATH[slice]`.
struct WhyCommand: Command {
  let name = "why"
  let usage = "why PATH[row, t, channel] | why PATH:state.LEAF[…] | why nan"
  let summary =
    "Walks back from a NaN or an infinity to the operation and the operands that made it, through layers, "
    + "and through the state from step to step; of a finite number says which inputs move it most."
  let isRecorded = false
  let examples = [
    "step 3\nwhy out[0, 2, 1]", "run\nwhy c1[1, -1]", "step 2\nwhy c1:state.buffer[0, 1, 2]",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = line.rest.trimmingBlanks
    guard !text.isEmpty else {
      throw CommandError(.invalidOperand, found: "no element", expected: usage)
    }
    let target = try WhyTarget(text, session)
    guard !target.number.isFinite else {
      return CommandOutput(try ElementInfluence(target, session).lines)
    }
    return CommandOutput(try OriginReport(target, session).lines)
  }
}
