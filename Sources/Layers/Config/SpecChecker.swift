import Tensors

/// How names and values are spelled in the notation that a tree was read from.
public enum SpellingStyle: Sendable {
  /// Protobuf text format: `kernel_size`, `"causal"`, `ACTIVATION_RELU`.
  case schema
  /// Swift: `kernelSize`, `.causal`, `.relu`.
  case swift
  /// Protobuf JSON: `kernelSize`, `"causal"`, `"ACTIVATION_RELU"`.
  case json
}

extension LayerRegistry {
  /// Checks a tree against the tables and gives it its canonical form: names of the schema, fields
  /// in its order, none at their defaults.
  ///
  /// - Parameters:
  ///   - root: The root message as a reader made it.
  ///   - style: How the reader's notation spells names and values.
  ///   - notes: Receives a line for every field that is dropped because it means nothing here.
  /// - Returns: The canonical tree.
  /// - Throws: ``ConfigError`` with every mistake of the tree.
  public func checked(
    _ root: SpecNode, style: SpellingStyle = .schema, notes: inout [String]
  ) throws(ConfigError) -> SpecNode {
    var checker = SpecChecker(registry: self, style: style)
    let result = checker.root(root, "", 0)
    notes += checker.notes
    if let error = ConfigError.joined(checker.errors) { throw error }
    return result
  }
}

extension LayerRegistry {
  /// Checks a message that is no layer, as ``checked(_:style:notes:)`` does a root message.
  package func checked(
    _ node: SpecNode, as table: FieldTable, style: SpellingStyle, notes: inout [String]
  ) throws(ConfigError) -> SpecNode {
    var checker = SpecChecker(registry: self, style: style)
    let result = checker.message(node, table, "", 0)
    notes += checker.notes
    if let error = ConfigError.joined(checker.errors) { throw error }
    return result
  }

  /// Checks the values of one field, as ``checked(_:style:notes:)`` does those of a tree.
  package func checkedValues(
    _ field: SpecField, of row: FieldRow, style: SpellingStyle
  ) throws(ConfigError) -> [SpecValue] {
    var checker = SpecChecker(registry: self, style: style)
    let result = checker.values(field, row, "", 0)
    if let error = ConfigError.joined(checker.errors) { throw error }
    return result.values
  }
}

/// One walk over a tree: collects every mistake and builds the canonical tree.
struct SpecChecker {
  let registry: LayerRegistry
  let style: SpellingStyle
  var errors: [ConfigError] = []
  var notes: [String] = []

  /// As deep as protobuf itself goes.
  private static let maximumDepth = 100

  init(registry: LayerRegistry, style: SpellingStyle) {
    self.registry = registry
    self.style = style
  }

  mutating func root(_ node: SpecNode, _ path: String, _ depth: Int) -> SpecNode {
    guard isShallow(node, path, depth) else { return node }
    guard let field = node.fields.first else {
      errors.append(
        ConfigError(
          .noCase, path: path, position: node.position, found: "no layer is given",
          expected: "exactly one layer"))
      return node
    }
    if node.fields.count > 1 {
      let names = node.fields.map(\.name).joined(separator: ", ")
      errors.append(
        ConfigError(
          .severalCases, path: path, position: node.fields[1].position, found: "\(names) are given",
          expected: "exactly one layer", suggestion: "put several layers into serial"))
      return node
    }
    guard let entry = earlierLayer(field, path) ?? entry(field) else {
      unknownLayer(field, path)
      return node
    }
    let place = SpecPath.joined(path, entry.field)
    guard field.values.count == 1, case .node(let inner) = field.values[0] else {
      let found = field.values.count == 1 ? field.values[0].summary : "\(field.values.count) values"
      errors.append(
        ConfigError(
          .wrongType, path: place, position: field.position, found: "found \(found)",
          expected: "one message with the fields of \(entry.table.message)"))
      return node
    }
    let checked = message(inner, entry.table, place, depth + 1)
    return SpecNode(
      SpecNode.rootMessage,
      [SpecField(entry.field, [.node(checked)], position: field.position)],
      position: node.position)
  }

  mutating func message(
    _ node: SpecNode, _ table: FieldTable, _ path: String, _ depth: Int
  ) -> SpecNode {
    guard isShallow(node, path, depth) else { return node }
    var found: [String: SpecField] = [:]
    // A required field that is there with a slip in its name is not missing too.
    var misspelled: Set<String> = []
    for field in node.fields {
      guard let row = row(field, table) ?? earlierRow(field, table, path, &found) else {
        if let meant = unknownField(field, table, path) { misspelled.insert(meant) }
        continue
      }
      var merged = found[row.name] ?? SpecField(row.name, [], position: field.position)
      merged.isList = merged.isList || field.isList
      merged.values += field.values
      found[row.name] = merged
    }
    if table.isOneOf { checkCases(found, node, table, path) }
    var result = SpecNode(table.message, position: node.position)
    for row in rows(of: table) {
      guard let field = found[row.name], !(row.isRepeated && field.values.isEmpty) else {
        let isNeeded = row.isRequired && !row.mayBeEmpty
        if isNeeded, !misspelled.contains(spelled(row)) { missing(row, node, path) }
        continue
      }
      let checked = values(field, row, path, depth)
      if table.isOneOf || checked.values != row.defaults { result.fields.append(checked) }
    }
    return table.message == TensorConstant.table.message ? decoded(result, path) : result
  }

  private mutating func isShallow(_ node: SpecNode, _ path: String, _ depth: Int) -> Bool {
    if depth <= SpecChecker.maximumDepth { return true }
    errors.append(
      ConfigError(
        .tooDeep, path: String(path.suffix(60)), position: node.position,
        found: "messages inside messages \(depth) deep",
        expected: "at most \(SpecChecker.maximumDepth)"))
    return false
  }

  /// Constants may come as raw bytes; every notation can hold them as numbers.
  private mutating func decoded(_ node: SpecNode, _ path: String) -> SpecNode {
    guard node["data"] != nil else { return node }
    do {
      return try TensorConstant(spec: node, registry: registry).spec
    } catch {
      errors.append(error.inside(path))
      return node
    }
  }
}
