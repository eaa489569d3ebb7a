/// A struct of the library's schema: its fields are read and written by key paths, one for each row of its
/// table.
///
/// The structs are generated from `Protos/`.
package protocol ConfigRecord: ConfigMessage {
  /// The properties in the order of the rows of the table.
  static var properties: [ConfigProperty<Self>] { get }
  /// Creates it from the fields that have to be given; the others are at their defaults.
  init(required fields: FieldReader) throws(ConfigError)
}

extension ConfigRecord {
  /// What the documentation of the layer says.
  public static var facts: LayerFacts? { LayerFacts.documented[table.message] }

  /// Reads a checked tree.
  public init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {
    let fields = FieldReader(spec, Self.table, registry)
    try self.init(required: fields)
    for (row, property) in zip(Self.table.fields, Self.properties) where !row.isRequired {
      try property.read(row.name, fields, &self)
    }
  }

  /// The tree of the message without fields at their defaults.
  public var spec: SpecNode {
    get throws(ConfigError) {
      var fields = FieldWriter(Self.table)
      for (row, property) in zip(Self.table.fields, Self.properties) {
        try property.write(row.name, self, &fields)
      }
      return fields.node
    }
  }

  static func haveEqualFields(_ a: Self, _ b: Self) -> Bool {
    properties.allSatisfy { $0.areEqual(a, b) }
  }
}

/// How one property of a struct of the schema is read from a tree, written to one and compared.
///
/// A field that is absent, or a list that is empty, leaves the property at its default.
package struct ConfigProperty<Owner>: Sendable {
  typealias Path<Value> = any WritableKeyPath<Owner, Value> & Sendable

  let read: @Sendable (String, FieldReader, inout Owner) throws(ConfigError) -> Void
  let write: @Sendable (String, Owner, inout FieldWriter) throws(ConfigError) -> Void
  let areEqual: @Sendable (Owner, Owner) -> Bool

  static func value<V: ConfigValue>(_ path: Path<V>) -> Self {
    Self { name, fields, owner throws(ConfigError) in
      if let value: V = try fields.value(name) { owner[keyPath: path] = value }
    } write: { name, owner, fields throws(ConfigError) in
      try fields.set(name, owner[keyPath: path])
    } areEqual: {
      $0[keyPath: path] == $1[keyPath: path]
    }
  }

  static func optionalValue<V: ConfigValue>(_ path: Path<V?>) -> Self {
    Self { name, fields, owner throws(ConfigError) in
      owner[keyPath: path] = try fields.value(name)
    } write: { name, owner, fields throws(ConfigError) in
      try fields.set(name, owner[keyPath: path])
    } areEqual: {
      $0[keyPath: path] == $1[keyPath: path]
    }
  }

  static func list<V: ConfigValue>(_ path: Path<[V]>) -> Self {
    Self { name, fields, owner throws(ConfigError) in
      if let values: [V] = try fields.nonEmptyList(name) { owner[keyPath: path] = values }
    } write: { name, owner, fields throws(ConfigError) in
      try fields.set(name, owner[keyPath: path])
    } areEqual: {
      $0[keyPath: path] == $1[keyPath: path]
    }
  }

  static func many<V: ConfigValue>(_ path: Path<OneOrMany<V>>) -> Self {
    Self { name, fields, owner throws(ConfigError) in
      if let values: OneOrMany<V> = try fields.many(name) { owner[keyPath: path] = values }
    } write: { name, owner, fields throws(ConfigError) in
      try fields.set(name, owner[keyPath: path])
    } areEqual: {
      $0[keyPath: path] == $1[keyPath: path]
    }
  }
}

extension ConfigProperty {
  static func layer(_ path: Path<any SequenceLayer>) -> Self {
    Self { name, fields, owner throws(ConfigError) in
      if let layer = try fields.layer(name) { owner[keyPath: path] = layer }
    } write: { name, owner, fields throws(ConfigError) in
      try fields.set(name, layer: owner[keyPath: path])
    } areEqual: {
      Layers.areEqual($0[keyPath: path], $1[keyPath: path])
    }
  }

  static func optionalLayer(_ path: Path<(any SequenceLayer)?>) -> Self {
    Self { name, fields, owner throws(ConfigError) in
      owner[keyPath: path] = try fields.layer(name)
    } write: { name, owner, fields throws(ConfigError) in
      try fields.set(name, layer: owner[keyPath: path])
    } areEqual: {
      Layers.areEqual($0[keyPath: path], $1[keyPath: path])
    }
  }

  static func layers(_ path: Path<[any SequenceLayer]>) -> Self {
    Self { name, fields, owner throws(ConfigError) in
      owner[keyPath: path] = try fields.layers(name)
    } write: { name, owner, fields throws(ConfigError) in
      try fields.set(name, layers: owner[keyPath: path])
    } areEqual: {
      Layers.areEqual($0[keyPath: path], $1[keyPath: path])
    }
  }
}
