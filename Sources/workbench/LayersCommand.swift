import ArgumentParser
import Layers
import Notation
import Serialization
import Sessions

/// `workbench layers [NAME]`: the registered layers, or all about one.
struct LayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "List all layers, or describe one: fields, types, defaults and an example.")

  @Argument(help: "A layer, by its Swift name (Conv1D) or its name in configs (conv1d).")
  var name: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print the table of all layers in Markdown.")
  var markdown = false

  func run() throws {
    let registry = LayerRegistry.builtIn
    if markdown {
      print(LayerTable.markdown(registry), terminator: "")
      return
    }
    guard let name else {
      if json {
        print(
          JSONValue.object([.init("layers", .array(registry.entries.map(brief)))]).text(
            indented: true))
      } else {
        list(registry).forEach { print($0) }
      }
      return
    }
    let sheet = try LayerSheet(named: name, registry)
    if json {
      print(sheet.json.text(indented: true))
    } else {
      sheet.lines.forEach { print($0) }
    }
  }

  private func list(_ registry: LayerRegistry) -> [String] {
    let width = registry.entries.map(\.table.message.count).max() ?? 0
    func line(_ entry: LayerRegistry.Entry) -> String {
      let gap = String(repeating: " ", count: width - entry.table.message.count)
      return "\(entry.table.message)\(gap)  \(entry.table.doc)"
    }
    return registry.entries.map(line)
  }

  private func brief(_ entry: LayerRegistry.Entry) -> JSONValue {
    .object([
      .init("name", .string(entry.table.message)), .init("field", .string(entry.field)),
      .init("number", .integer(entry.number)), .init("doc", .string(entry.table.doc)),
    ])
  }
}
