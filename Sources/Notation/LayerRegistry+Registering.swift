public import ConfigProtos
public import Layers
public import SwiftProtobuf

/// An extension field of one message, as protoc declares it.
public typealias ConfigExtension<M: Message & Equatable, Extended: Message> =
  MessageExtension<OptionalMessageExtensionField<M>, Extended>

// Registers layers and parts of other packages by their generated messages. What configs may say is found in the
// message; what is written for a value, in its properties of the same names, or in what `message` returns.
extension LayerRegistry {
  /// Adds a layer of another package:
  /// `try registry.register(ProtoExtensions_gain) { Gain(db: $0.db) }`.
  ///
  /// - Parameters:
  ///   - field: The extension of the root message.
  ///   - message: The message of a layer; by default its properties that have the names of fields.
  ///   - make: Makes the layer of a message.
  /// - Throws: ``ConfigError`` `.conflict` if the name, the number or the type is taken.
  public mutating func register<M: Message & Equatable, L: SequenceLayer>(
    _ field: ConfigExtension<M, ProtoSequenceLayer>, message: (@Sendable (L) throws -> M)? = nil,
    make: @escaping @Sendable (M) throws -> L
  ) throws(ConfigError) {
    try register(field, message: message) { message, _ in try make(message) }
  }

  /// Adds a layer of another package that has layers or values of the library in its fields:
  /// `{ message, registry in Twice(try registry.layer(from: message.child)) }`.
  public mutating func register<M: Message & Equatable, L: SequenceLayer>(
    _ field: ConfigExtension<M, ProtoSequenceLayer>, message: (@Sendable (L) throws -> M)? = nil,
    make: @escaping @Sendable (M, LayerRegistry) throws -> L
  ) throws(ConfigError) {
    try bind(
      field, .customLayer(extension: field.fieldName, number: field.fieldNumber), make, message)
  }

  /// Adds a cell of ``RNN``.
  public mutating func register<M: Message & Equatable, P: RecurrentCell>(
    _ field: ConfigExtension<M, ProtoRNNCell>, message: (@Sendable (P) throws -> M)? = nil,
    make: @escaping @Sendable (M) throws -> P
  ) throws(ConfigError) { try bind(part: field, make, message) }

  /// Adds a distribution of noise.
  public mutating func register<M: Message & Equatable, P: NoiseDistribution>(
    _ field: ConfigExtension<M, ProtoNoiseSampler>, message: (@Sendable (P) throws -> M)? = nil,
    make: @escaping @Sendable (M) throws -> P
  ) throws(ConfigError) { try bind(part: field, make, message) }

  /// Adds a bias of attention by relative positions.
  public mutating func register<M: Message & Equatable, P: RelativePositionBias>(
    _ field: ConfigExtension<M, ProtoRelativePositionEmbedding>,
    message: (@Sendable (P) throws -> M)? = nil, make: @escaping @Sendable (M) throws -> P
  ) throws(ConfigError) { try bind(part: field, make, message) }

  /// Adds a projection of queries, keys and values.
  public mutating func register<M: Message & Equatable, P: HeadProjection>(
    _ field: ConfigExtension<M, ProtoQueryKeyValueProjection>,
    message: (@Sendable (P) throws -> M)? = nil, make: @escaping @Sendable (M) throws -> P
  ) throws(ConfigError) { try bind(part: field, make, message) }

  /// Adds a reparametrisation of kernels.
  public mutating func register<M: Message & Equatable, P: KernelReparametrisation>(
    _ field: ConfigExtension<M, ProtoWeightNormalization>,
    message: (@Sendable (P) throws -> M)? = nil, make: @escaping @Sendable (M) throws -> P
  ) throws(ConfigError) { try bind(part: field, make, message) }

  private mutating func bind<M: Message, E: Message, P: Sendable>(
    part field: ConfigExtension<M, E>, _ make: @escaping @Sendable (M) throws -> P,
    _ message: (@Sendable (P) throws -> M)?
  ) throws(ConfigError) {
    let role = FieldTable.Role.customPart(
      of: MessageTables.localName(E.protoMessageName), extension: field.fieldName,
      number: field.fieldNumber)
    try bind(field, role, { message, _ in try make(message) }, message)
  }

  private mutating func bind<M: Message, E: Message, V: Sendable>(
    _ field: ConfigExtension<M, E>, _ role: FieldTable.Role,
    _ make: @escaping @Sendable (M, LayerRegistry) throws -> V,
    _ message: (@Sendable (V) throws -> M)?
  ) throws(ConfigError) {
    var tables = MessageTables(registry: self)
    // A type of the library is written as itself, so its name is taken.
    let name = V.self is any ConfigMessage.Type ? nil : "\(V.self)"
    let table = try tables.table(of: M.self, named: name, role)
    var trial = self
    trial.add(tables.values + [table])
    let found = MessageBridge(table: table, make: make, write: message)
    let bridge = MessageBridge(
      table: found.tableWithDefaults(trial), make: make, write: message)
    try register(
      V.self, table: bridge.table, values: tables.values, binding: field,
      make: { node, registry throws(ConfigError) in try bridge.value(node, registry) },
      write: { value throws(ConfigError) in try bridge.node(value) })
  }

  /// The protobuf extensions of what is registered.
  var extensions: SimpleExtensionMap {
    var map = SimpleExtensionMap()
    map.insert(contentsOf: bindings.compactMap { $0 as? any AnyMessageExtension })
    return map
  }
}
