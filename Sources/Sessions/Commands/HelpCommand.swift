import Diagnostics
import Layers
import Notation

/// `help [COMMAND]`, `help gallery [NAME]`.
struct HelpCommand: Command {
  let name = "help"
  let aliases = ["?"]
  let usage = "help [COMMAND | LAYER | path | facet | time | gallery [NAME]]"
  let summary =
    "Lists the commands, or explains one, or a kind of layer (fields, defaults, shapes, masks, latency, an "
    + "example), or how layers, values and times are named; gallery: mistakes that real projects have shipped."
  let isRecorded = false
  let examples = [
    "help", "help step", "help Conv1D", "help facet", "help gallery", "help gallery right-context",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard !line.operands.isEmpty else {
      let rows = CommandTable.all.map { [$0.name, $0.summary] }
      return CommandOutput(
        TextTable.lines(rows) + [
          "help COMMAND shows its form and examples, help LAYER its fields, shapes and an example;",
          "help path, help facet, help time: how to name layers, values and times",
          "help gallery: mistakes that real projects have shipped, and how each is found",
        ]
      )
    }
    if line.operands[0] == "gallery", line.operands.count <= 2 {
      guard line.operands.count == 2 else { return CommandOutput(Gallery.lines) }
      return CommandOutput(try Gallery.entry(named: line.operands[1]).page)
    }
    let name = try line.single("a command or a layer")
    if let lines = Self.topics[name] { return CommandOutput(lines) }
    guard let command = try command(name, session) else {
      return CommandOutput(try LayerSheet(named: name, session.notation.registry).lines)
    }
    var lines = [command.usage, command.summary]
    if !command.aliases.isEmpty { lines.append("short: " + command.aliases.joined(separator: " ")) }
    lines += command.examples.flatMap { $0.split(separator: "\n").map { "  \($0)" } }
    return CommandOutput(lines)
  }

  /// The command of that name; nil where it is a layer that is meant.
  private func command(_ name: String, _ session: Session) throws -> (any Command)? {
    do throws(CommandError) { return try CommandTable.find(name) } catch {
      let registry = session.notation.registry
      if (try? registry.describe(name)) != nil { return nil }
      let layers = registry.entries.flatMap { [$0.table.message, $0.field] }
      guard let nearest = NearestName.of(name, among: layers + CommandTable.all.map(\.name)) else {
        throw error
      }
      throw CommandError(
        .unknownCommand, found: "there is no command and no layer '\(name)'",
        expected: "a command, which help lists, or a layer, which add and Tab list",
        suggestion: "did you mean \(nearest)?")
    }
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
