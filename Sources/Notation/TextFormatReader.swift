package import Layers
import Serialization

/// Reads the protobuf text format: comments, lists in brackets, both kinds of braces, extensions.
///
/// The tree still has to be checked against the tables; messages have no names yet.
package struct TextFormatReader {
  private var cursor: SourceCursor

  /// Reads the fields of a root message.
  package static func read(_ text: String) throws(ConfigError) -> SpecNode {
    var reader = TextFormatReader(cursor: SourceCursor(text))
    reader.skipSpace()
    let node = try reader.fields(until: nil, 0)
    return node
  }

  private mutating func fields(
    until end: Unicode.Scalar?, _ depth: Int
  ) throws(ConfigError) -> SpecNode {
    try NestingLimit.check(depth, at: cursor.position)
    var node = SpecNode("", position: cursor.position)
    while true {
      skipSpace()
      if let end, cursor.take(end) { return node }
      if cursor.peek == nil {
        if let end { throw cursor.unexpected("the name of a field or \(end)") }
        return node
      }
      node.fields.append(try field(depth))
      skipSpace()
      if !cursor.take(",") { _ = cursor.take(";") }
    }
  }

  private mutating func field(_ depth: Int) throws(ConfigError) -> SpecField {
    let position = cursor.position
    let name = try fieldName()
    skipSpace()
    let hasColon = cursor.take(":")
    skipSpace()
    var result = SpecField(name, [], position: position)
    switch cursor.peek {
    case UInt8(ascii: "{"), UInt8(ascii: "<"):
      result.values = [try message(depth)]
    case UInt8(ascii: "["):
      result.values = try list(depth)
      result.isList = true
    default:
      guard hasColon else { throw cursor.unexpected(": or { after \(name)") }
      result.values = [try scalar()]
    }
    return result
  }

  private mutating func fieldName() throws(ConfigError) -> String {
    if cursor.take("[") {
      skipSpace()
      let name = cursor.take { CharacterClass.isWord($0) || $0 == UInt8(ascii: ".") }
      skipSpace()
      guard !name.isEmpty, cursor.take("]") else {
        throw cursor.unexpected("the full name of an extension and ]")
      }
      return name
    }
    guard let byte = cursor.peek, CharacterClass.isLetter(byte) else {
      throw cursor.unexpected("the name of a field")
    }
    return cursor.take(while: CharacterClass.isWord)
  }

  private mutating func message(_ depth: Int) throws(ConfigError) -> SpecValue {
    let isAngle = cursor.take("<")
    if !isAngle { _ = cursor.take("{") }
    return .node(try fields(until: isAngle ? ">" : "}", depth + 1))
  }

  private mutating func list(_ depth: Int) throws(ConfigError) -> [SpecValue] {
    _ = cursor.take("[")
    skipSpace()
    var values: [SpecValue] = []
    if cursor.take("]") { return values }
    while true {
      skipSpace()
      let isMessage = cursor.peek == UInt8(ascii: "{") || cursor.peek == UInt8(ascii: "<")
      values.append(isMessage ? try message(depth) : try scalar())
      skipSpace()
      if cursor.take("]") { return values }
      guard cursor.take(",") else { throw cursor.unexpected(", or ]") }
    }
  }

  private mutating func scalar() throws(ConfigError) -> SpecValue {
    if cursor.peek == UInt8(ascii: "\"") || cursor.peek == UInt8(ascii: "'") { return try string() }
    let isNegative = cursor.take("-")
    skipSpace()
    guard let byte = cursor.peek else { throw cursor.unexpected("a value") }
    if CharacterClass.isLetter(byte) {
      let name = cursor.take(while: CharacterClass.isWord)
      return .symbol(isNegative ? "-\(name)" : name)
    }
    guard CharacterClass.isDigit(byte) || byte == UInt8(ascii: ".") else {
      throw cursor.unexpected("a value")
    }
    let number = try NumberReader.read(&cursor, isProto: true)
    return isNegative ? NumberReader.negated(number) : number
  }

  /// One string: neighbours in quotes are joined.
  private mutating func string() throws(ConfigError) -> SpecValue {
    var bytes: [UInt8] = []
    while let quote = cursor.peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      cursor.advance()
      while true {
        guard let byte = cursor.peek, byte != UInt8(ascii: "\n") else {
          throw cursor.unexpected("the end of the string")
        }
        if byte == quote { break }
        if byte == UInt8(ascii: "\\") {
          try TextEscape.read(&cursor, into: &bytes)
        } else {
          bytes.append(byte)
          cursor.advance()
        }
      }
      cursor.advance()
      skipSpace()
    }
    if let text = String(validating: bytes, as: UTF8.self) { return .text(text) }
    return .bytes(bytes)
  }

  private mutating func skipSpace() {
    while let byte = cursor.peek {
      if CharacterClass.isSpace(byte) {
        cursor.advance()
      } else if byte == UInt8(ascii: "#") {
        _ = cursor.take { $0 != UInt8(ascii: "\n") }
      } else {
        return
      }
    }
  }
}
