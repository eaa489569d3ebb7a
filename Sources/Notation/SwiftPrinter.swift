package import Layers

/// Prints a checked tree as Swift, so that the text compiles and the reader takes it back.
package struct SwiftPrinter {
  private let registry: LayerRegistry
  private let width: Int

  /// Prints a layer; calls that do not fit into a line of that width are broken.
  package static func print(
    _ root: SpecNode, registry: LayerRegistry, width: Int = 100
  ) -> String {
    let printer = SwiftPrinter(registry: registry, width: width)
    return printer.render(printer.layer(root), 0)
  }

  /// Prints the values of one field as Swift does.
  package static func print(
    _ values: [SpecValue], of row: FieldRow, registry: LayerRegistry
  ) -> String {
    let printer = SwiftPrinter(registry: registry, width: .max)
    return printer.render(printer.argument(values, row), 0)
  }

  /// What is printed, before it is broken into lines.
  private indirect enum Term {
    case atom(String)
    case call(String, [(label: String, term: Term)])
    case list([Term])
  }

  // MARK: - From trees to terms

  private func layer(_ root: SpecNode) -> Term {
    guard let (field, node) = root.layerCase, let entry = registry.entry(field: field.name) else {
      return .atom("nil")
    }
    return .call(entry.table.swiftName, arguments(node, entry.table))
  }

  /// Arguments in the order of the initializer: required ones first.
  private func arguments(_ node: SpecNode, _ table: FieldTable) -> [(label: String, term: Term)] {
    let unlabelled = table.unlabelledField?.name
    var result: [(label: String, term: Term)] = []
    for row in table.swiftOrder {
      guard let field = node[row.name] else {
        // Swift requires lists that text leaves out when they are empty.
        if row.isRequired {
          result.append((row.name == unlabelled ? "" : row.swiftName, .list([])))
        }
        continue
      }
      let label = row.name == unlabelled ? "" : row.swiftName
      result.append((label, argument(field.values, row)))
    }
    return result
  }

  private func argument(_ values: [SpecValue], _ row: FieldRow) -> Term {
    let terms = values.map { value($0, row.type) }
    return terms.count == 1 && (!row.isRepeated || row.isOneOrMany) ? terms[0] : .list(terms)
  }

  private func value(_ value: SpecValue, _ type: FieldType) -> Term {
    switch (value, type) {
    case (.integer(let number), _): .atom("\(number)")
    case (.number(let number), _): .atom(NumberText.swift(number))
    case (.bool(let flag), _): .atom("\(flag)")
    case (.symbol(let name), .symbol(let list)), (.text(let name), .word(let list)):
      .atom(".\(list[name]?.swiftName ?? name)")
    case (.text(let text), _): .atom(SwiftEscape.quoted(text))
    case (.symbol(let name), _): .atom(".\(name)")
    case (.bytes(let bytes), _): .list(bytes.map { .atom("\($0)") })
    case (.node(let node), .layer): layer(node)
    case (.node(let node), _): message(node)
    }
  }

  private func message(_ node: SpecNode) -> Term {
    guard let table = registry.table(message: node.message) else { return .atom("nil") }
    if table.message == TensorConstant.table.message { return constant(node, table) }
    if table.isOneOf, let field = node.fields.first, case .node(let part)? = field.values.first,
      registry.partRows(of: table.message).contains(where: { $0.name == field.name })
    {
      return message(part)
    }
    guard table.isOneOf, let field = node.fields.first, let row = table[field.name],
      let value = field.values.first
    else { return .call(table.swiftName, arguments(node, table)) }
    let name = ".\(row.swiftName)"
    guard case .node(let inner) = value, case .message(let payload) = row.type,
      payload != TensorConstant.table.message, let innerTable = registry.table(message: payload)
    else { return .call(name, [("", self.value(value, row.type))]) }
    // A case without fields is printed alone; others take the fields of their message.
    if innerTable.fields.isEmpty { return .atom(name) }
    return .call(name, arguments(inner, innerTable))
  }

  /// Finite numbers of the usual type are literals.
  private func constant(_ node: SpecNode, _ table: FieldTable) -> Term {
    let shape = node["shape"]?.values ?? []
    let values = node["values"]?.values ?? []
    let isLong = values.contains { value in
      guard case .number(let number) = value else { return true }
      return !number.isFinite
    }
    let isPlain = node["dtype"] == nil && node["imag_values"] == nil && !isLong
    if isPlain, shape.isEmpty, values.count == 1 { return value(values[0], .double) }
    if isPlain, shape == [.integer(values.count)] {
      return .list(values.map { value($0, .double) })
    }
    var arguments: [(label: String, term: Term)] = []
    for row in table.fields where node[row.name] != nil || row.name == "values" {
      let terms = (node[row.name]?.values ?? []).map { value($0, row.type) }
      arguments.append((row.swiftName, row.isRepeated ? .list(terms) : terms[0]))
    }
    return .call(table.swiftName, arguments)
  }

  // MARK: - From terms to lines

  private func render(_ term: Term, _ indent: Int, prefix: Int = 0) -> String {
    let flat = flat(term)
    if indent + prefix + flat.count <= width { return flat }
    let inner = String(repeating: " ", count: indent + 2)
    let outer = String(repeating: " ", count: indent)
    switch term {
    case .atom(let text): return text
    case .list(let terms):
      if terms.isEmpty { return "[]" }
      let lines = terms.map { "\(inner)\(render($0, indent + 2, prefix: 1))" }
      return "[\n\(lines.joined(separator: ",\n")),\n\(outer)]"
    case .call(let name, let arguments):
      if arguments.count == 1, arguments[0].label.isEmpty, case .list = arguments[0].term {
        return "\(name)(\(render(arguments[0].term, indent, prefix: name.count + 2)))"
      }
      if arguments.isEmpty { return "\(name)()" }
      let lines = arguments.map { argument in
        let label = argument.label.isEmpty ? "" : "\(argument.label): "
        return "\(inner)\(label)\(render(argument.term, indent + 2, prefix: label.count + 1))"
      }
      return "\(name)(\n\(lines.joined(separator: ",\n")))"
    }
  }

  private func flat(_ term: Term) -> String {
    switch term {
    case .atom(let text): return text
    case .list(let terms): return "[\(terms.map(flat).joined(separator: ", "))]"
    case .call(let name, let arguments):
      let parts = arguments.map { argument in
        argument.label.isEmpty ? flat(argument.term) : "\(argument.label): \(flat(argument.term))"
      }
      return "\(name)(\(parts.joined(separator: ", ")))"
    }
  }
}

extension FieldTable {
  /// The fields in the order of the Swift initializer.
  package var swiftOrder: [FieldRow] {
    fields.filter(\.isRequired) + fields.filter { !$0.isRequired }
  }
}

extension FieldRow {
  /// Whether one value may be written without brackets.
  package var isOneOrMany: Bool {
    guard isRepeated else { return false }
    switch type {
    case .int, .bool, .string, .word: return true
    case .double, .bytes, .symbol, .message, .layer: return false
    }
  }
}
