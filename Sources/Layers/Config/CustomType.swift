/// How the values of a type of another package are written.
package struct CustomType: Sendable {
  /// The full name of the extension.
  package let field: String
  let write: @Sendable (any Sendable) throws(ConfigError) -> SpecNode
}

extension LayerRegistry {
  /// The registry of the tree that is being written: children find the types of other packages there.
  @TaskLocal static var writing: LayerRegistry?

  /// The registry of the tree that is being written, or that of the library.
  package static var inUse: LayerRegistry { writing ?? .builtIn }

  /// How a value is written, if its type belongs to another package.
  func customType(of value: any Sendable) -> CustomType? {
    customTypes[ObjectIdentifier(Swift.type(of: value))]
  }

  /// Adds a type of another package: a layer or a part, as the role of its table says.
  ///
  /// - Parameters:
  ///   - type: The type; one of the library can be made and is written as itself.
  ///   - table: Its fields.
  ///   - values: Tables of messages that only its fields use.
  ///   - binding: The descriptor of the extension, for the protobuf library.
  ///   - make: Makes a value of a checked tree.
  ///   - write: The tree of a value.
  /// - Throws: ``ConfigError`` `.conflict` if a name, a number or the type is taken, or the number is below 1000.
  package mutating func register<V: Sendable>(
    _ type: V.Type, table: FieldTable, values: [FieldTable], binding: any Sendable,
    make: @escaping @Sendable (SpecNode, LayerRegistry) throws(ConfigError) -> V,
    write: @escaping @Sendable (V) throws(ConfigError) -> SpecNode
  ) throws(ConfigError) {
    for value in values where self.table(message: value.message) != nil {
      throw ConfigError(
        .conflict, path: table.message, found: "a second message \(value.message)",
        expected: "a name that no other message has")
    }
    let field: String
    switch table.role {
    case .customLayer(let name, _):
      field = name
      let entry = Entry(table, { nil }) { spec, registry throws(ConfigError) in
        guard let layer = try make(spec, registry) as? any SequenceLayer else {
          throw ConfigError(.wrongType, found: "\(type)", expected: "a layer")
        }
        return layer
      }
      try register(entry)
    case .customPart(_, let name, _):
      field = name
      try register(table) { spec, registry throws(ConfigError) in try make(spec, registry) }
      add([table])
    case .layer, .value: preconditionFailure("\(table.message) is no extension.")
    }
    add(values)
    bindings.append(binding)
    if type is any ConfigMessage.Type { return }
    if let other = customTypes[ObjectIdentifier(type)] {
      throw ConfigError(
        .conflict, path: field, found: "\(type) is \(other.field) already",
        expected: "a type of its own for each extension")
    }
    customTypes[ObjectIdentifier(type)] = CustomType(field: field) {
      value throws(ConfigError) in
      guard let value = value as? V else {
        throw ConfigError(.wrongType, found: "\(Swift.type(of: value))", expected: "\(type)")
      }
      return try write(value)
    }
  }
}

extension SpecNode {
  /// The tree of a layer: the root message with the case of the layer.
  ///
  /// - Parameters:
  ///   - layer: The layer with its children.
  ///   - registry: The registry with the layers of other packages inside.
  /// - Throws: ``ConfigError`` `.noNotation` if the layer or a child is a Swift type without a message.
  public init(
    layer: any SequenceLayer, registry: LayerRegistry = .builtIn
  ) throws(ConfigError) {
    let written = LayerRegistry.$writing.withValue(registry) {
      Result { () throws(ConfigError) in try SpecNode(child: layer) }
    }
    self = try written.get()
  }

  /// The tree of a layer inside what is being written.
  package init(child layer: any SequenceLayer) throws(ConfigError) {
    let (field, write) = try SpecNode.writer(of: layer, .inUse)
    let node: SpecNode
    do { node = try write() } catch { throw error.inside(field) }
    self.init(SpecNode.rootMessage, [SpecField(field, [.node(node)])])
  }

  private static func writer(
    of layer: any SequenceLayer, _ registry: LayerRegistry
  ) throws(ConfigError) -> (String, () throws(ConfigError) -> SpecNode) {
    if let custom = registry.customType(of: layer) {
      return (custom.field, { () throws(ConfigError) in try custom.write(layer) })
    }
    guard let message = layer as? any ConfigMessage else {
      throw ConfigError(
        .noNotation, found: "\(Swift.type(of: layer)) is a Swift layer without a message",
        expected: "a layer that the registry knows",
        suggestion: "register its message, or keep this stack in Swift")
    }
    switch Swift.type(of: message).table.role {
    case .layer(let name, _), .customLayer(let name, _):
      return (name, { () throws(ConfigError) in try message.spec })
    case .value, .customPart:
      throw ConfigError(
        .noNotation, found: "the table of \(Swift.type(of: layer)) describes a value",
        expected: "the role of a layer", suggestion: "give its table a role")
    }
  }
}
