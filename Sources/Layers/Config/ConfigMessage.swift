/// A struct that has a message in the schema, so that every notation can hold it.
///
/// The structs of the library are generated from `Protos/`. Types of other packages need none of it: their
/// generated protobuf messages are registered.
public protocol ConfigMessage: ConfigValue {
  /// The fields of the message.
  static var table: FieldTable { get }
  /// What a description of a layer says beyond its fields, if anything.
  static var facts: LayerFacts? { get }
  /// Reads a tree that the registry has checked; children are made by the registry.
  init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError)
  /// The tree of the message without fields at their defaults.
  var spec: SpecNode { get throws(ConfigError) }
}

extension ConfigMessage {
  /// Nothing.
  public static var facts: LayerFacts? { nil }

  /// The message as it stands in a tree.
  public var specValue: SpecValue {
    get throws(ConfigError) { .node(try spec) }
  }

  /// Reads a message of a tree.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    guard case .node(let node) = specValue else {
      throw specValue.mismatch(Self.table.message)
    }
    try self.init(spec: node, registry: registry)
  }
}

extension SpecNode {
  /// The name of the root message, which wraps every layer.
  public static let rootMessage = "SequenceLayer"

  /// The case of a root message: the field and the message of the layer inside.
  public var layerCase: (field: SpecField, node: SpecNode)? {
    guard fields.count == 1, fields[0].values.count == 1,
      case .node(let node) = fields[0].values[0]
    else { return nil }
    return (fields[0], node)
  }
}

/// Whether two layers are of one type and equal; layers that cannot be compared are not.
package func areEqual(_ a: any SequenceLayer, _ b: any SequenceLayer) -> Bool {
  guard let a = a as? any Equatable else { return false }
  return isEqual(a, b)
}

private func isEqual<T: Equatable>(_ a: T, _ b: any SequenceLayer) -> Bool {
  (b as? T) == a
}

package func areEqual(_ a: (any SequenceLayer)?, _ b: (any SequenceLayer)?) -> Bool {
  switch (a, b) {
  case (nil, nil): true
  case (let a?, let b?): areEqual(a, b)
  default: false
  }
}

package func areEqual(_ a: [any SequenceLayer], _ b: [any SequenceLayer]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { areEqual($0, $1) }
}
