public import ConfigProtos
public import Layers
public import SwiftProtobuf

extension LayerRegistry {
  /// The layer of a message, as a factory of another package needs it for the layers in its fields.
  ///
  /// - Throws: ``ConfigError`` with every mistake.
  public func layer(from message: ProtoSequenceLayer) throws(ConfigError) -> any SequenceLayer {
    let codec = BinaryCodec(registry: self)
    var notes: [String] = []
    return try makeLayer(
      try checked(try codec.tree(of: message), style: .json, notes: &notes))
  }

  /// The message of a layer.
  ///
  /// - Throws: ``ConfigError`` `.noNotation` if a layer inside is a Swift type without a message.
  public func message(of layer: any SequenceLayer) throws(ConfigError) -> ProtoSequenceLayer {
    try BinaryCodec(registry: self).message(try SpecNode(layer: layer, registry: self))
  }

  /// A value of the library, such as an ``Initializer``, from its message.
  ///
  /// - Throws: ``ConfigError`` with every mistake.
  public func value<V: ConfigMessage>(
    _ type: V.Type, from message: some Message
  ) throws(ConfigError) -> V {
    try V(spec: try tree(of: message, V.table), registry: self)
  }

  /// The checked tree of a message.
  func tree(of message: some Message, _ table: FieldTable) throws(ConfigError) -> SpecNode {
    let json: String
    do { json = try message.jsonString() } catch {
      throw ConfigError(
        .syntax, path: table.message, found: "\(error)", expected: "what JSON can hold")
    }
    var notes: [String] = []
    return try checked(
      try JSONReader.read(json), as: table, style: .json, notes: &notes)
  }
}

extension ConfigSymbol {
  /// The value of the library for that of a message, such as `try Activation(message.activation)`.
  ///
  /// - Throws: ``ConfigError`` `.unknownWord` for a number that the library does not know.
  public init<E: Enum>(_ value: E) throws(ConfigError) where E.RawValue == Int {
    guard let word = Self.words.words.first(where: { $0.number == value.rawValue }),
      let known = Self(rawValue: word.text)
    else {
      throw ConfigError(
        .unknownWord, found: "\(value.rawValue)",
        expected: "a number of \(Self.words.name) in the schema")
    }
    self = known
  }
}
