/// Takes the fields of a struct out of a tree, with errors that name the path.
public struct FieldReader {
  private let spec: SpecNode
  private let table: FieldTable
  private let registry: LayerRegistry

  /// Creates a reader of one message.
  public init(_ spec: SpecNode, _ table: FieldTable, _ registry: LayerRegistry) {
    self.spec = spec
    self.table = table
    self.registry = registry
  }

  /// The value of a single field, if it is given.
  public func value<T: ConfigValue>(_ name: String) throws(ConfigError) -> T? {
    guard let field = spec[name], let last = field.values.last else { return nil }
    do {
      return try T(specValue: last, registry: registry)
    } catch {
      throw located(error, field, name)
    }
  }

  /// The value of a required field.
  public func required<T: ConfigValue>(_ name: String) throws(ConfigError) -> T {
    guard let value: T = try value(name) else { throw missing(name) }
    return value
  }

  /// The values of a repeated field; empty if it is absent.
  public func list<T: ConfigValue>(_ name: String) throws(ConfigError) -> [T] {
    guard let field = spec[name] else { return [] }
    var result: [T] = []
    for (index, value) in field.values.enumerated() {
      do {
        result.append(try T(specValue: value, registry: registry))
      } catch {
        throw located(error, field, "\(name)[\(index)]")
      }
    }
    return result
  }

  /// The values of a repeated field that may be written as one; `nil` if there are none.
  public func many<T: ConfigValue>(_ name: String) throws(ConfigError) -> OneOrMany<T>? {
    let values: [T] = try list(name)
    return values.isEmpty ? nil : OneOrMany(values)
  }

  /// The values of a repeated field; `nil` if there are none.
  public func nonEmptyList<T: ConfigValue>(_ name: String) throws(ConfigError) -> [T]? {
    let values: [T] = try list(name)
    return values.isEmpty ? nil : values
  }

  /// The values of a required list.
  public func requiredMany<T: ConfigValue>(_ name: String) throws(ConfigError) -> OneOrMany<T> {
    guard let values: OneOrMany<T> = try many(name) else { throw missing(name) }
    return values
  }

  /// A child layer, if it is given.
  public func layer(_ name: String) throws(ConfigError) -> (any SequenceLayer)? {
    try layers(name).last
  }

  /// A required child layer.
  public func requiredLayer(_ name: String) throws(ConfigError) -> any SequenceLayer {
    guard let layer = try layer(name) else { throw missing(name) }
    return layer
  }

  /// The child layers of a list; empty if it is absent.
  public func layers(_ name: String) throws(ConfigError) -> [any SequenceLayer] {
    guard let field = spec[name] else { return [] }
    var result: [any SequenceLayer] = []
    for (index, value) in field.values.enumerated() {
      let isRepeated = table[name]?.isRepeated ?? false
      let place = isRepeated ? "\(name)[\(index)]" : name
      guard case .node(let node) = value else {
        throw located(value.mismatch(FieldType.layer.description), field, place)
      }
      do {
        result.append(try registry.makeLayer(node))
      } catch {
        throw located(error, field, place)
      }
    }
    return result
  }

  /// The name of the case that is given, for messages that need exactly one.
  public func selectedCase() throws(ConfigError) -> String {
    guard let field = spec.fields.first else {
      throw ConfigError(
        .noCase, position: spec.position, found: "\(table.message) has no case",
        expected: "one of \(table.fields.map(\.name).joined(separator: ", "))")
    }
    return field.name
  }

  /// The part of another package that a case is.
  func part(_ name: String) throws(ConfigError) -> CustomPart {
    let known = registry.parts.first { $0.message == table.message && $0.row.name == name }
    guard let known, let field = spec[name], case .node(let node)? = field.values.last else {
      throw unknownCase(name)
    }
    do { return CustomPart(try known.make(node, registry)) } catch {
      throw located(error, field, name)
    }
  }

  /// The error for a case that the struct does not have.
  public func unknownCase(_ name: String) -> ConfigError {
    ConfigError(
      .unknownField, position: spec[name]?.position, found: "\(table.message) has no case \(name)",
      expected: "one of \(table.fields.map(\.name).joined(separator: ", "))")
  }

  private func missing(_ name: String) -> ConfigError {
    let row = table[name]
    return ConfigError(
      .missingField, path: name, position: spec.position,
      found: "required field is missing", expected: row?.type.description ?? "a value",
      suggestion: row?.doc)
  }

  private func located(_ error: ConfigError, _ field: SpecField, _ place: String) -> ConfigError {
    var copy = error.inside(place)
    if copy.position == nil { copy.position = field.position }
    return copy
  }
}
