import Diagnostics
package import Layers

/// Prints a checked tree as protobuf JSON.
package struct JSONPrinter {
  private let registry: LayerRegistry

  /// The object of a root message, two spaces a level, with a newline at the end.
  package static func print(_ root: SpecNode, registry: LayerRegistry) -> String {
    let printer = JSONPrinter(registry: registry)
    var result = ""
    printer.object(root, "", &result)
    return result + "\n"
  }

  private func object(_ node: SpecNode, _ indent: String, _ result: inout String) {
    if node.fields.isEmpty {
      result += "{}"
      return
    }
    let table = registry.table(message: node.message)
    result += "{\n"
    for (index, field) in node.fields.enumerated() {
      let isExtension = field.name.contains(".")
      let name = isExtension ? "[\(field.name)]" : FieldRow.swiftName(field.name)
      result += "\(indent)  \"\(name)\": "
      if table?[field.name]?.isRepeated ?? false {
        list(field.values, indent + "  ", &result)
      } else if let first = field.values.first {
        value(first, indent + "  ", &result)
      }
      result += index + 1 < node.fields.count ? ",\n" : "\n"
    }
    result += "\(indent)}"
  }

  private func list(_ values: [SpecValue], _ indent: String, _ result: inout String) {
    result += "["
    for (index, item) in values.enumerated() {
      if index > 0 { result += ", " }
      value(item, indent, &result)
    }
    result += "]"
  }

  private func value(_ value: SpecValue, _ indent: String, _ result: inout String) {
    switch value {
    case .integer(let number): result += "\(number)"
    case .number(let number): result += NumberText.json(number)
    case .bool(let flag): result += "\(flag)"
    case .text(let text), .symbol(let text): result += QuotedText.json(text)
    case .bytes(let bytes): result += "\"\(Base64.encode(bytes))\""
    case .node(let node): object(node, indent, &result)
    }
  }
}
