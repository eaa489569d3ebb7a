package import Layers
import Notation
package import Serialization
import Tensors

/// All about one layer, for people or as JSON.
package struct LayerSheet {
  private let entry: LayerRegistry.Entry
  private let notation: LayerNotation
  private let example: SpecNode
  /// The layer of the example, where this version has it.
  private let layer: (any SequenceLayer)?

  /// The layer of that name, as Swift or configs have it.
  ///
  /// - Throws: an error that names the nearest ones.
  package init(named name: String, _ registry: LayerRegistry) throws {
    entry = try registry.describe(name)
    notation = LayerNotation(registry: registry)
    example = LayerExample.spec(entry, registry: registry)
    layer = try? registry.makeLayer(example)
  }

  package var lines: [String] {
    var result = ["\(entry.table.message) (\(entry.field) = \(entry.number))"]
    result.append(entry.facts?.summary ?? entry.table.doc)
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

  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(entry.table.message)), .init("field", .string(entry.field)),
      .init("number", .integer(entry.number)), .init("doc", .string(entry.table.doc)),
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
