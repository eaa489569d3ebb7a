/// Puts the fields of a struct into a tree, leaving out those at their defaults.
public struct FieldWriter {
  private let table: FieldTable
  /// The message so far, with fields in the order in which they were set.
  public private(set) var node: SpecNode

  /// Creates a writer of one message.
  public init(_ table: FieldTable) {
    self.table = table
    node = SpecNode(table.message)
  }

  /// Sets a single field.
  public mutating func set<T: ConfigValue>(_ name: String, _ value: T) throws(ConfigError) {
    do { add(name, [try value.specValue]) } catch { throw error.inside(name) }
  }

  /// Sets a single field if there is a value.
  public mutating func set<T: ConfigValue>(_ name: String, _ value: T?) throws(ConfigError) {
    guard let value else { return }
    try set(name, value)
  }

  /// Sets a repeated field.
  public mutating func set<T: ConfigValue>(_ name: String, _ values: [T]) throws(ConfigError) {
    var result: [SpecValue] = []
    for (index, value) in values.enumerated() {
      do { result.append(try value.specValue) } catch { throw error.inside("\(name)[\(index)]") }
    }
    add(name, result)
  }

  /// Sets a repeated field that may be written as one value.
  public mutating func set<T: ConfigValue>(
    _ name: String, _ values: OneOrMany<T>
  ) throws(ConfigError) {
    try set(name, values.values)
  }

  /// Sets a child layer.
  public mutating func set(_ name: String, layer: any SequenceLayer) throws(ConfigError) {
    do { add(name, [.node(try SpecNode(child: layer))]) } catch { throw error.inside(name) }
  }

  /// Sets a child layer if there is one.
  public mutating func set(_ name: String, layer: (any SequenceLayer)?) throws(ConfigError) {
    guard let layer else { return }
    try set(name, layer: layer)
  }

  /// Sets a list of child layers.
  public mutating func set(_ name: String, layers: [any SequenceLayer]) throws(ConfigError) {
    var result: [SpecValue] = []
    for (index, layer) in layers.enumerated() {
      do {
        result.append(.node(try SpecNode(child: layer)))
      } catch {
        throw error.inside("\(name)[\(index)]")
      }
    }
    add(name, result)
  }

  /// Chooses a case that has no fields of its own.
  public mutating func setEmpty(_ name: String) {
    guard case .message(let message)? = table[name]?.type else { return }
    node.fields.append(SpecField(name, [.node(SpecNode(message))]))
  }

  mutating func set(_ name: String, node message: SpecNode) throws(ConfigError) {
    node.fields.append(SpecField(name, [.node(message)]))
  }

  private mutating func add(_ name: String, _ values: [SpecValue]) {
    // A case of a choice is the choice, even at the default of its type.
    if values.isEmpty || (!table.isOneOf && table[name]?.defaults == values) { return }
    node.fields.append(SpecField(name, values))
  }
}
