import FoundationEssentials
import Layers

/// Finds the fields of a message in the stored properties of a Swift value that have their names.
struct PropertyReader {
  let registry: LayerRegistry

  /// The tree of a value, by the properties that its table names.
  func node(_ value: Any, _ table: FieldTable) throws(ConfigError) -> SpecNode {
    var properties: [String: Any] = [:]
    for child in Mirror(reflecting: value).children {
      if let label = child.label { properties[label] = Self.unwrapped(child.value) }
    }
    var node = SpecNode(table.message)
    for row in table.fields {
      guard let property = properties[row.swiftName] else { continue }
      do {
        let values = try values(property, row)
        if !values.isEmpty, values != row.defaults {
          node.fields.append(SpecField(row.name, values))
        }
      } catch {
        throw error.inside(row.name)
      }
    }
    return node
  }

  private func values(_ property: Any, _ row: FieldRow) throws(ConfigError) -> [SpecValue] {
    guard row.isRepeated else { return [try single(property, row)] }
    var result: [SpecValue] = []
    for child in Mirror(reflecting: property).children {
      result.append(try single(child.value, row))
    }
    return result
  }

  private func single(_ property: Any, _ row: FieldRow) throws(ConfigError) -> SpecValue {
    switch row.type {
    case .int:
      if let value = (property as? any BinaryInteger).flatMap({ Int(exactly: $0) }) {
        return .integer(value)
      }
    case .double:
      if let value = property as? any BinaryFloatingPoint { return .number(Double(value)) }
      if let value = property as? any BinaryInteger { return .number(Double(value)) }
    case .bool: if let value = property as? Bool { return .bool(value) }
    case .string: if let value = property as? String { return .text(value) }
    case .bytes:
      if let value = property as? [UInt8] { return .bytes(value) }
      if let value = property as? Data { return .bytes(Array(value)) }
    case .symbol(let list), .word(let list):
      if let value = property as? any ConfigSymbol { return try value.specValue }
      if let word = list.words.first(where: { $0.swiftName == "\(property)" }) {
        return .symbol(word.text)
      }
    case .layer:
      if let layer = property as? any SequenceLayer { return .node(try SpecNode(child: layer)) }
    case .message(let name):
      if let value = property as? any ConfigValue { return try value.specValue }
      if let table = registry.table(message: name) { return .node(try node(property, table)) }
    }
    throw ConfigError(
      .noNotation, found: "a property of type \(type(of: property))",
      expected: row.type.description,
      suggestion: "register it with a closure from the value to its message")
  }

  /// The value inside an optional; none for `nil`.
  private static func unwrapped(_ value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    return mirror.displayStyle == .optional ? mirror.children.first?.value : value
  }
}
