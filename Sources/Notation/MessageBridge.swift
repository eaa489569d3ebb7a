import Layers
import SwiftProtobuf

/// Reads and writes values of another package by way of their generated message.
struct MessageBridge<M: Message, V: Sendable>: Sendable {
  let table: FieldTable
  let make: @Sendable (M, LayerRegistry) throws -> V
  let write: (@Sendable (V) throws -> M)?

  /// The value of a checked tree.
  func value(_ node: SpecNode, _ registry: LayerRegistry) throws(ConfigError) -> V {
    do {
      let json = JSONPrinter.print(node, registry: registry)
      return try make(try M(jsonString: json, extensions: registry.extensions), registry)
    } catch let error as ConfigError {
      throw error
    } catch {
      throw ConfigError(
        .wrongType, found: "\(error)", expected: "fields that \(table.message) accepts")
    }
  }

  /// The tree of a value: what its closure says, or its properties, if they say all.
  func node(_ value: V) throws(ConfigError) -> SpecNode {
    let registry = LayerRegistry.inUse
    if let write {
      let message: M
      do { message = try write(value) } catch {
        throw ConfigError(.noNotation, found: "\(error)", expected: "a message")
      }
      return try registry.tree(of: message, table)
    }
    let node = try PropertyReader(registry: registry).node(value, table)
    guard areAlike(try self.value(node, registry), value) else {
      throw ConfigError(
        .noNotation,
        found: "\(V.self) whose properties named \(names) do not say all of it",
        expected: "a stored property for each field, by the field's name",
        suggestion: "register it with a closure from the value to its message")
    }
    return node
  }

  /// The table with the defaults that a value made of the empty message shows.
  func tableWithDefaults(_ registry: LayerRegistry) -> FieldTable {
    let empty = SpecNode(table.message)
    guard let plain = try? value(empty, registry),
      let shown = try? PropertyReader(registry: registry).node(plain, table)
    else { return table }
    let rows = table.fields.map { row -> FieldRow in
      guard row.defaults.isEmpty, let field = shown[row.name] else { return row }
      // A default is a value that changes nothing when it is given.
      let given = SpecNode(table.message, [field])
      guard let same = try? value(given, registry), areAlike(same, plain) else { return row }
      return FieldRow(
        row.name, row.number, row.type, isRepeated: row.isRepeated, isRequired: row.isRequired,
        defaults: field.values, doc: row.doc)
    }
    return FieldTable(
      table.message, table.role, isOneOf: table.isOneOf, doc: table.doc, fields: rows)
  }

  private var names: String { table.fields.map(\.swiftName).joined(separator: ", ") }

  private func areAlike(_ a: V, _ b: V) -> Bool {
    func isEqual<T: Equatable>(_ a: T) -> Bool { (b as? T) == a }
    if let a = a as? any Equatable { return isEqual(a) }
    return String(reflecting: a) == String(reflecting: b)
  }
}
