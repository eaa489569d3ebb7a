/// `help [COMMAND]`.
struct HelpCommand: Command {
  let name = "help"
  let aliases = ["?"]
  let usage = "help [COMMAND]"
  let summary = "Lists the commands, or explains one."
  let isRecorded = false
  let examples = ["help", "help step"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard let name = line.operands.first else {
      let rows = CommandTable.all.map { [$0.name, $0.summary] }
      return CommandOutput(TextTable.lines(rows))
    }
    let command = try CommandTable.find(name)
    var lines = [command.usage, command.summary]
    if !command.aliases.isEmpty { lines.append("short: " + command.aliases.joined(separator: " ")) }
    lines += command.examples.map { "  \($0)" }
    return CommandOutput(lines)
  }
}
