import Layers
import Notation
import Sessions

extension Vocabulary {
  /// The words that can be typed in a session now.
  init(_ session: Session) {
    let available = session.notation.registry.entries.map(\.table)
    var fields: [String: [String]] = [:]
    var choices: [String: [String]] = [:]
    for table in available {
      fields[table.swiftName] = table.fields.map(\.swiftName)
      for row in table.fields {
        if let words = Self.choices(row.type) {
          choices["\(table.swiftName).\(row.swiftName)"] = words
        }
      }
    }
    let commands = CommandTable.all.map { command in
      CommandWords(
        command.name, usage: command.usage,
        options: Array(command.allFlags.union(command.options)),
        extraWords: Self.extraWords[command.name] ?? [], fileEndings: Self.fileEndings[command.name]
      )
    }
    self.init(
      commands: commands.sorted { $0.name < $1.name },
      layers: available.map(\.swiftName).sorted(),
      paths: Self.paths(session),
      facets: ["in", "out", "layer", "expected", "diff", "mask", "state", "param", "emit"],
      fields: fields, choices: choices, leaves: session.leafPaths)
  }

  /// The layers of the stack by path.
  static func paths(_ session: Session) -> [String: String] {
    let nodes = session.nodes.map { ($0.path.isEmpty ? "." : $0.path, $0.typeName) }
    return Dictionary(nodes) { first, _ in first }
  }

  /// Operands that a usage does not spell out.
  private static let extraWords = ["input": Session.signalNames + ["text"]]

  private static let arrays = ["npy", "npz", "safetensors"]

  /// What the files end in that a command reads or writes; others take any.
  private static let fileEndings = [
    "input": arrays + ["wav", "flac", "ogg", "aiff", "csv", "txt"],
    "constants": arrays, "expect": arrays, "weights": ["safetensors", "npz", "json"],
    "open": ["session", "textproto", "json", "binpb", "swift"], "save": ["session"],
  ]

  private static func choices(_ type: FieldType) -> [String]? {
    switch type {
    case .bool: ["true", "false"]
    case .symbol(let list), .word(let list): list.words.map { ".\($0.swiftName)" }
    case .int, .double, .string, .bytes, .message, .layer: nil
    }
  }
}
