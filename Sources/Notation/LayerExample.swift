public import Layers

/// Makes up a small config of a layer, to show how it is written.
public enum LayerExample {
  /// A config with the required fields of a layer.
  public static func spec(_ entry: LayerRegistry.Entry, registry: LayerRegistry) -> SpecNode {
    let node = message(entry.table, registry)
    return SpecNode(SpecNode.rootMessage, [SpecField(entry.field, [.node(node)])])
  }

  private static func message(_ table: FieldTable, _ registry: LayerRegistry) -> SpecNode {
    if table.message == TensorConstant.table.message {
      return SpecNode(table.message, [SpecField("values", [.number(0.5)])])
    }
    let rows = table.isOneOf ? Array(table.fields.prefix(1)) : table.fields.filter(\.isRequired)
    let fields = rows.map { SpecField($0.name, [value($0, registry)]) }
    return SpecNode(table.message, fields)
  }

  private static func value(_ row: FieldRow, _ registry: LayerRegistry) -> SpecValue {
    if let example = row.example { return example }
    switch row.type {
    case .int: return .integer(2)
    case .bool: return .bool(true)
    case .double: return .number(0)
    case .string: return .text(row.name)
    case .bytes: return .bytes([])
    case .symbol(let list): return .symbol(list.words[0].text)
    case .word(let list): return .text(list.words[0].text)
    case .layer:
      let dense = SpecNode("Dense", [SpecField("features", [.integer(4)])])
      return .node(SpecNode(SpecNode.rootMessage, [SpecField("dense", [.node(dense)])]))
    case .message(let name):
      guard let table = registry.table(message: name) else { return .node(SpecNode(name)) }
      return .node(message(table, registry))
    }
  }
}
