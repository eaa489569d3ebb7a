import Diagnostics

// Which rows of the tables the names of a tree mean.
extension SpecChecker {
  func entry(_ field: SpecField) -> LayerRegistry.Entry? {
    switch style {
    case .schema: registry.entry(field: field.name)
    case .swift: registry.entry(message: field.name) ?? registry.entry(field: field.name)
    case .json:
      registry.entry(field: field.name)
        ?? registry.entries.first { FieldRow.swiftName($0.field) == field.name }
    }
  }

  /// The fields of a message, with the parts of other packages that it may be.
  func rows(of table: FieldTable) -> [FieldRow] {
    table.fields + registry.partRows(of: table.message)
  }

  func row(_ field: SpecField, _ table: FieldTable) -> FieldRow? {
    if field.name.isEmpty { return table.unlabelledField }
    if let part = registry.partRows(of: table.message).first(where: { $0.name == field.name }) {
      return part
    }
    switch style {
    case .schema: return table[field.name]
    case .swift: return table.fields.first { $0.swiftName == field.name }
    case .json: return table.fields.first { $0.swiftName == field.name } ?? table[field.name]
    }
  }

  /// The layer that an earlier spelling means.
  mutating func earlierLayer(_ field: SpecField, _ path: String) -> LayerRegistry.Entry? {
    guard style != .swift, let name = EarlierSpelling.layer(field) else { return nil }
    note("\(SpecPath.joined(path, field.name)) with a factor", readAs: name)
    return registry.entry(field: name)
  }

  /// The row that a field of an earlier spelling means, with what else that says.
  mutating func earlierRow(
    _ field: SpecField, _ table: FieldTable, _ path: String, _ found: inout [String: SpecField]
  ) -> FieldRow? {
    guard style != .swift, let name = EarlierSpelling.field(field.name, in: table.message) else {
      return nil
    }
    var read = name
    if let meaning = EarlierSpelling.meaning(of: field.name, in: table.message) {
      found[meaning.name] = found[meaning.name] ?? meaning
      read += " with \(meaning.name)"
    }
    note(SpecPath.joined(path, field.name), readAs: read)
    return table[name]
  }

  mutating func note(_ place: String, readAs name: String) {
    let line = "\(place) read as \(name): it is an earlier spelling"
    if !notes.contains(line) { notes.append(line) }
  }

  /// The name of a row as the notation spells it.
  func spelled(_ row: FieldRow) -> String {
    style == .schema || row.name.contains(".") ? row.name : row.swiftName
  }

  mutating func unknownLayer(_ field: SpecField, _ path: String) {
    let names = registry.entries.map { style == .swift ? $0.table.message : $0.field }
    let isExtension = field.name.contains(".")
    let nearest = NearestName.of(field.name, among: names).map { "did you mean \($0)?" }
    errors.append(
      ConfigError(
        .unknownLayer, path: SpecPath.joined(path, field.name), position: field.position,
        found: "no layer is called \(field.name)",
        expected: isExtension ? "the extension of a registered layer" : "the name of a layer",
        suggestion: nearest ?? (isExtension ? "register the layer of that package first" : nil)))
  }

  /// Reports a field that does not exist and returns the name that was probably meant.
  mutating func unknownField(
    _ field: SpecField, _ table: FieldTable, _ path: String
  ) -> String? {
    let omitted = table.omitted.first { [$0, FieldRow.swiftName($0)].contains(field.name) }
    if let omitted {
      notes.append("\(SpecPath.joined(path, omitted)) dropped: it changes no result here")
      return nil
    }
    let names = table.fields.map { spelled($0) }
    let list = names.isEmpty ? "no fields" : "one of \(names.joined(separator: ", "))"
    if field.name.isEmpty {
      // Most likely the field that must be there.
      let row = table.fields.first(where: \.isRequired) ?? table.fields.first
      let meant = row.map { spelled($0) }
      errors.append(
        ConfigError(
          .unknownField, path: path, position: field.position, found: "a value without label",
          expected: list, suggestion: meant.map { "write \($0): before it" }))
      return meant
    }
    let nearest = NearestName.of(field.name, among: names)
    errors.append(
      ConfigError(
        .unknownField, path: SpecPath.joined(path, field.name), position: field.position,
        found: "\(table.swiftName) has no field \(field.name)", expected: list,
        suggestion: nearest.map { "did you mean \($0)?" }))
    return nearest
  }

  mutating func missing(_ row: FieldRow, _ node: SpecNode, _ path: String) {
    errors.append(
      ConfigError(
        .missingField, path: SpecPath.joined(path, row.name), position: node.position,
        found: "required field is missing", expected: row.type.description,
        suggestion: "\(spelled(row)): \(row.doc)"))
  }

  mutating func checkCases(
    _ found: [String: SpecField], _ node: SpecNode, _ table: FieldTable, _ path: String
  ) {
    if found.count == 1 || (found.isEmpty && !node.fields.isEmpty) { return }
    let names = rows(of: table).filter { found[$0.name] != nil }.map { spelled($0) }
    let legal = rows(of: table).map { spelled($0) }.joined(separator: ", ")
    errors.append(
      ConfigError(
        names.isEmpty ? .noCase : .severalCases, path: path, position: node.position,
        found: names.isEmpty
          ? "\(table.swiftName) has no case" : "\(names.joined(separator: " and ")) are given",
        expected: "exactly one of \(legal)"))
  }
}
