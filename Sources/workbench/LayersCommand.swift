import ArgumentParser
import Layers
import Notation
import Weights

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
    let entry: LayerRegistry.Entry
    do { entry = try registry.describe(name) } catch { throw Failure("\(error)") }
    let sheet = LayerSheet(entry, registry)
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
    let reserved = registry.entries.filter { !$0.isAvailable }
    var lines = registry.entries.filter(\.isAvailable).map(line)
    if !reserved.isEmpty {
      lines += ["", "Read and converted, but not run by this version:"] + reserved.map(line)
    }
    return lines
  }

  private func brief(_ entry: LayerRegistry.Entry) -> JSONValue {
    .object([
      .init("name", .string(entry.table.message)), .init("field", .string(entry.field)),
      .init("number", .integer(entry.number)), .init("available", .bool(entry.isAvailable)),
      .init("doc", .string(entry.table.doc)),
    ])
  }
}

/// All about one layer, for people or as JSON.
private struct LayerSheet {
  private let entry: LayerRegistry.Entry
  private let notation: LayerNotation
  private let example: SpecNode
  /// The layer of the example, where this version has it.
  private let layer: (any SequenceLayer)?

  init(_ entry: LayerRegistry.Entry, _ registry: LayerRegistry) {
    self.entry = entry
    notation = LayerNotation(registry: registry)
    example = LayerExample.spec(entry, registry: registry)
    layer = try? registry.makeLayer(example)
  }

  var lines: [String] {
    var result = ["\(entry.table.message) (\(entry.field) = \(entry.number))"]
    result.append(entry.facts?.summary ?? entry.table.doc)
    if !entry.isAvailable { result.append("Read and converted, but not run by this version.") }
    if let facts = entry.facts {
      result.append("")
      result += facts.items.map { "\($0.label): \($0.text)" }
    }
    result += ["", "Fields:"]
    for row in entry.table.fields {
      result.append("  \(row.swiftName): \(typeName(row))\(defaultText(row))")
      result.append("      \(row.doc)")
      if case .symbol(let list) = row.type { result.append("      \(words(list))") }
      if case .word(let list) = row.type { result.append("      \(words(list))") }
    }
    result += ["", "Example:", "  \(notation.swift(example, width: 96))"]
    result += notation.text(example).split(separator: "\n").map { "  \($0)" }
    if let layer {
      result += ["", layer.stepObstacle.map { "It cannot step: \($0)." } ?? "It can step."]
    }
    return result
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(entry.table.message)), .init("field", .string(entry.field)),
      .init("number", .integer(entry.number)), .init("available", .bool(entry.isAvailable)),
      .init("doc", .string(entry.table.doc)),
    ]
    if let facts = entry.facts {
      members.append(.init("summary", .string(facts.summary)))
      members += facts.items.map { .init($0.label.lowercased(), .string($0.text)) }
    }
    members.append(.init("fields", .array(entry.table.fields.map(field))))
    members.append(.init("omitted", .array(entry.table.omitted.map { .string($0) })))
    members.append(.init("example", .string(notation.swift(example, width: .max))))
    members.append(.init("example_text", .string(notation.text(example))))
    if let layer {
      members.append(.init("step_obstacle", layer.stepObstacle.map { .string($0) } ?? .null))
    }
    return .object(members)
  }

  private func field(_ row: FieldRow) -> JSONValue {
    let value =
      row.defaults.isEmpty ? JSONValue.null : .string(notation.swift(row.defaults, of: row))
    return .object([
      .init("name", .string(row.swiftName)), .init("proto_name", .string(row.name)),
      .init("number", .integer(row.number)), .init("type", .string(typeName(row))),
      .init("required", .bool(row.isRequired)), .init("default", value),
      .init("doc", .string(row.doc)),
    ])
  }

  private func words(_ list: WordList) -> String {
    list.words.map { ".\($0.swiftName)" }.joined(separator: " ")
  }

  private func typeName(_ row: FieldRow) -> String {
    let name: String
    switch row.type {
    case .int: name = "Int"
    case .bool: name = "Bool"
    case .double: name = "Double"
    case .string: name = "String"
    case .bytes: name = "bytes"
    case .symbol(let list), .word(let list): name = list.name
    case .message(let message): name = message == "Tensor" ? "number or array" : message
    case .layer: name = "layer"
    }
    if row.isOneOrMany { return "\(name) or [\(name)]" }
    if row.isRepeated { return "[\(name)]" }
    return row.isRequired || !row.defaults.isEmpty ? name : "\(name)?"
  }

  private func defaultText(_ row: FieldRow) -> String {
    if row.isRequired { return " (required)" }
    if row.defaults.isEmpty { return row.isRepeated ? " = []" : "" }
    return " = \(notation.swift(row.defaults, of: row))"
  }
}
