import ConfigProtos
import Layers
import SwiftProtobuf

/// Makes the field table of a generated message, and those of the messages in its fields.
struct MessageTables {
  let registry: LayerRegistry
  /// Tables of messages that belong to the same package.
  private(set) var values: [FieldTable] = []
  private var seen: Set<String> = []

  init(registry: LayerRegistry) { self.registry = registry }

  /// The table of a message.
  ///
  /// - Parameters:
  ///   - type: The message.
  ///   - name: What the notations call it; by default its name without the package.
  ///   - role: A layer, a part or a value.
  /// - Returns: Its fields, with defaults where absence means zero.
  /// - Throws: ``ConfigError`` `.conflict` for a field that configs cannot have.
  mutating func table<M: Message>(
    of type: M.Type, named name: String? = nil, _ role: FieldTable.Role = .value
  ) throws(ConfigError) -> FieldTable {
    seen.insert(M.protoMessageName)
    do {
      let probe = try FieldProbe.fields(of: type)
      var rows: [FieldRow] = []
      for (number, field) in probe.fields.sorted(by: { $0.key < $1.key }) {
        rows.append(try row(of: type, number, field, Array(probe.fields.keys)))
      }
      // With one case given, every further one is a conflict.
      let isOneOf = rows.count > 1 && probe.conflicts == rows.count - 1
      return FieldTable(
        name ?? Self.localName(M.protoMessageName), role, isOneOf: isOneOf,
        doc: Self.doc(M.protoMessageName), fields: rows)
    } catch let error as ConfigError {
      throw error.inside(M.protoMessageName)
    } catch {
      throw ConfigError(
        .conflict, path: M.protoMessageName, found: "\(error)",
        expected: "a message that protobuf can print")
    }
  }

  private mutating func row<M: Message>(
    of type: M.Type, _ number: Int, _ field: FieldProbe.Field, _ all: [Int]
  ) throws -> FieldRow {
    let text = try FieldProbe.sample(of: type, [number]).printed
    let name = text.name
    let fieldType: Layers.FieldType
    var zero: SpecValue?
    switch field.kind {
    case .int: (fieldType, zero) = (.int, .integer(0))
    case .double: (fieldType, zero) = (.double, .number(0))
    case .bool: (fieldType, zero) = (.bool, .bool(false))
    case .string: (fieldType, zero) = (.string, .text(""))
    case .bytes: (fieldType, zero) = (.bytes, .bytes([]))
    case .words(let list, let words):
      let spelled = try words.enumerated().map { index, word in
        let sample = try FieldProbe.sample(of: type, [number], word: index)
        // An enum of proto3 at 0 is not printed; configs spell it by its number's name elsewhere.
        return WordList.Word(sample.printed.value ?? word.swiftName, word.swiftName, word.number)
      }
      fieldType = .symbol(WordList(Self.withoutPrefix(list), spelled))
      zero = spelled.first { $0.number == 0 }.map { .symbol($0.text) }
    case .message(let message): fieldType = try messageType(message)
    case .unsupported(let kind):
      throw ConfigError(
        .conflict, path: name, found: "\(kind)",
        expected: "a number, a string, an enum, a message or a list of them")
    }
    let full = try FieldProbe.sample(of: type, all)
    let lacking = try FieldProbe.sample(of: type, all.filter { $0 != number })
    return FieldRow(
      name, number, fieldType, isRepeated: field.isRepeated,
      isRequired: full.isInitialized && !lacking.isInitialized,
      defaults: field.isImplicit && !field.isRepeated ? zero.map { [$0] } ?? [] : [],
      doc: "Field \(number) of \(M.protoMessageName).")
  }

  /// A layer, a message of the library, or one of the same package.
  private mutating func messageType(_ type: any Message.Type) throws(ConfigError)
    -> Layers.FieldType
  {
    if type == ProtoSequenceLayer.self { return .layer }
    let full = type.protoMessageName
    let library = "\(ProtoSequenceLayer.protoMessageName.prefix { $0 != "." })."
    if full.hasPrefix(library) {
      let name = String(full.dropFirst(library.count))
      guard registry.table(message: name) != nil else {
        throw ConfigError(
          .conflict, found: "\(full), which is no part of configs",
          expected: "a message that fields of layers have")
      }
      return .message(name)
    }
    let name = Self.localName(full)
    // A message that is registered as a part already may be a value of others too.
    let isKnown = registry.table(message: name)?.doc == Self.doc(full)
    if !seen.contains(full), !isKnown { values.append(try table(of: type)) }
    return .message(name)
  }

  private static func doc(_ full: String) -> String { "The message \(full)." }

  /// The name of a message without its package.
  static func localName(_ full: String) -> String {
    full.split(separator: ".").drop { $0.first?.isLowercase ?? false }.joined(separator: ".")
  }

  private static func withoutPrefix(_ name: String) -> String {
    name.hasPrefix("Proto") ? String(name.dropFirst(5)) : name
  }
}

extension Message {
  /// The name and, for scalars, the value of the one field that is given, as text format spells them.
  fileprivate var printed: (name: String, value: String?) {
    let line = textFormatString().prefix { !$0.isNewline }
    let name = String(line.prefix { $0 != ":" && $0 != " " })
    let value = line.drop { $0 != ":" }.dropFirst().filter { !" []\"".contains($0) }
    return (name, value.isEmpty ? nil : String(value))
  }
}
