import Diagnostics
package import Layers
import Serialization

/// Reads protobuf JSON into a tree.
///
/// The tree still has to be checked against the tables, in the style of JSON.
package enum JSONReader {
  /// Reads the object of a root message.
  package static func read(_ text: String) throws(ConfigError) -> SpecNode {
    var cursor = SourceCursor(text)
    cursor.skipSpace()
    guard cursor.peek == UInt8(ascii: "{") else { throw cursor.unexpected("{") }
    do throws(JSONError) {
      guard case .value(.node(let node)) = try JSONParser<Part>.parse(Array(text.utf8)) else {
        throw JSONError(at: cursor.position, cursor.found, "{")
      }
      return node
    } catch {
      throw ConfigError(
        error.code == .tooDeep ? .tooDeep : .syntax, position: error.position, found: error.found,
        expected: error.expected ?? "")
    }
  }

  /// A value of a config in JSON.
  private enum Part: JSONTree {
    case null(SourcePosition)
    case value(SpecValue)
    case list([SpecValue], SourcePosition)

    /// A message in a list is two brackets deep.
    static var deepest: Int { 2 * NestingLimit.depth }

    /// Fields that are given twice are named when the tree is checked.
    static var allowsRepeatedNames: Bool { true }

    static func tree(
      _ part: JSONPart<Part>, at position: SourcePosition
    ) throws(JSONError) -> Part {
      switch part {
      case .null: return .null(position)
      case .bool(let value): return .value(.bool(value))
      case .integer(let value): return .value(.integer(value))
      case .number(let value): return .value(.number(value))
      case .string(let text): return .value(.text(text))
      case .array(let elements): return .list(try elements.map(element), position)
      case .object(let members):
        return .value(.node(SpecNode("", members.compactMap(field), position: position)))
      }
    }

    private static func element(_ part: Part) throws(JSONError) -> SpecValue {
      switch part {
      case .value(let value): return value
      case .null(let position): throw JSONError(at: position, "found null", "another value")
      case .list(_, let position): throw JSONError(at: position, "found [", "a value")
      }
    }

    /// `null` is the same as no field; the names of extensions stand in brackets.
    private static func field(_ member: JSONPart<Part>.Member) -> SpecField? {
      let isExtension = member.name.hasPrefix("[") && member.name.hasSuffix("]")
      let name = isExtension ? String(member.name.dropFirst().dropLast()) : member.name
      switch member.value {
      case .null: return nil
      case .value(let value): return SpecField(name, [value], position: member.position)
      case .list(let values, _):
        return SpecField(name, values, isList: true, position: member.position)
      }
    }
  }
}
