import Serialization

/// `sdiff A B`.
struct SessionDifferenceCommand: Command {
  let name = "sdiff"
  let usage = "sdiff A.session B.session"
  let summary =
    "Puts two recorded sessions side by side: commands that only one has, and the first event, step, row and "
    + "state that differ."
  let isRecorded = false
  let examples = ["sdiff run.session run.session"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard line.operands.count == 2 else {
      throw CommandError(
        .invalidOperand, found: "\(line.operands.count) operands", expected: usage)
    }
    let files = try line.operands.map { path in
      let place = session.files.resolved(path)
      return try SessionFile(bytes: ByteFile(path: place).readAll(), name: path)
    }
    let found = SessionDifference(
      files[0], files[1], names: (line.operands[0], line.operands[1]))
    var output = CommandOutput(found.text)
    output.holds = found.areEqual
    return output
  }
}
