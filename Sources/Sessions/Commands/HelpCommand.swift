import Tensors

/// `help [COMMAND]`.
struct HelpCommand: Command {
  let name = "help"
  let aliases = ["?"]
  let usage = "help [COMMAND|path|facet|time]"
  let summary = "Lists the commands, or explains one, or how layers, values and times are named."
  let isRecorded = false
  let examples = ["help", "help step", "help facet"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard !line.operands.isEmpty else {
      let rows = CommandTable.all.map { [$0.name, $0.summary] }
      return CommandOutput(
        TextTable.lines(rows) + ["help COMMAND shows its form and examples; help path, facet, time"]
      )
    }
    let name = try line.single("a command")
    if let lines = Self.topics[name] { return CommandOutput(lines) }
    let command = try CommandTable.find(name)
    var lines = [command.usage, command.summary]
    if !command.aliases.isEmpty { lines.append("short: " + command.aliases.joined(separator: " ")) }
    lines += command.examples.flatMap { $0.split(separator: "\n").map { "  \($0)" } }
    return CommandOutput(lines)
  }

  private static let topics: [String: [String]] = [
    "path": [
      "A layer is named by its path, the root unnamed: c2, enc/layers_3/attn, res/shortcut_layers_0.",
      "rep[3]/child_layer is copy 3 of a Repeat. '.' is the root, % the selected layer.",
      "A last part that only one layer has is enough: attn. /0/2/1 counts children from the root.",
    ],
    "facet": [
      "PATH alone or PATH:out is the step-wise output so far, PATH:layer the layer-wise one.",
      "PATH:in, :mask, :diff, :expected, :state.LEAF, :param.LEAF, :emit.LEAF; PATH.field a field.",
      "[row, t, channel…] takes a part, as in numpy: c2[0, -1], c2:layer[:, 2:5], c2[0, w0] (warm-up).",
    ],
    "time": [
      "A number is T, the steps made: 0 is the start. i:N is an input timestep, o:N one of the output.",
      "2.36s is a time of an input with a rate; end is before the flush, flushed behind it.",
    ],
  ]
}

/// `quit`.
struct QuitCommand: Command {
  let name = "quit"
  let aliases = ["exit", "q"]
  let usage = "quit [--discard]"
  let summary =
    "Leaves; what was done stays in the journal, which workbench --last opens. Where it cannot be written, "
    + "quit says so and stays, unless --discard is given."
  let flags: Set<String> = ["discard"]
  let isRecorded = false
  let examples = ["quit"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    if let obstacle = session.recorder?.flush(), line.options["discard"] == nil {
      throw CommandError(
        .file, found: "not all that was done is in the journal: \(obstacle)",
        suggestion: "save FILE.session keeps it elsewhere; quit --discard leaves without it")
    }
    var output = CommandOutput()
    output.effect = .quit
    return output
  }
}
