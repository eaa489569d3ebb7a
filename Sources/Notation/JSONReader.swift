package import Layers

/// Reads protobuf JSON into a tree.
///
/// The tree still has to be checked against the tables, in the style of JSON.
package struct JSONReader {
  private var cursor: SourceCursor

  /// Reads the object of a root message.
  package static func read(_ text: String) throws(ConfigError) -> SpecNode {
    var reader = JSONReader(cursor: SourceCursor(text))
    reader.skipSpace()
    guard reader.cursor.peek == UInt8(ascii: "{") else { throw reader.cursor.unexpected("{") }
    let node = try reader.object(0)
    reader.skipSpace()
    guard reader.cursor.peek == nil else { throw reader.cursor.unexpected("the end of the object") }
    return node
  }

  private mutating func object(_ depth: Int) throws(ConfigError) -> SpecNode {
    try NestingLimit.check(depth, at: cursor.position)
    var node = SpecNode("", position: cursor.position)
    cursor.advance()
    skipSpace()
    if cursor.take("}") { return node }
    while true {
      skipSpace()
      let position = cursor.position
      guard cursor.peek == UInt8(ascii: "\"") else { throw cursor.unexpected("a name in quotes") }
      var name = try string()
      if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
      skipSpace()
      guard cursor.take(":") else { throw cursor.unexpected(":") }
      skipSpace()
      let isList = cursor.peek == UInt8(ascii: "[")
      let values = isList ? try list(depth) : try value(depth).map { [$0] } ?? []
      // `null` is the same as no field.
      if isList || !values.isEmpty {
        node.fields.append(SpecField(name, values, isList: isList, position: position))
      }
      skipSpace()
      if cursor.take("}") { return node }
      guard cursor.take(",") else { throw cursor.unexpected(", or }") }
    }
  }

  private mutating func list(_ depth: Int) throws(ConfigError) -> [SpecValue] {
    cursor.advance()
    var result: [SpecValue] = []
    skipSpace()
    if cursor.take("]") { return result }
    while true {
      skipSpace()
      guard let value = try value(depth) else { throw cursor.unexpected("a value other than null") }
      result.append(value)
      skipSpace()
      if cursor.take("]") { return result }
      guard cursor.take(",") else { throw cursor.unexpected(", or ]") }
    }
  }

  /// One value; `nil` for `null`.
  private mutating func value(_ depth: Int) throws(ConfigError) -> SpecValue? {
    guard let byte = cursor.peek else { throw cursor.unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return .node(try object(depth + 1))
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "-"):
      cursor.advance()
      guard let next = cursor.peek, CharacterClass.isDigit(next) else {
        throw cursor.unexpected("a number")
      }
      return NumberReader.negated(try NumberReader.read(&cursor, isProto: false))
    case let digit where CharacterClass.isDigit(digit):
      return try NumberReader.read(&cursor, isProto: false)
    default:
      let start = cursor
      switch cursor.take(while: CharacterClass.isWord) {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return nil
      default: throw start.unexpected("a value")
      }
    }
  }

  private mutating func string() throws(ConfigError) -> String {
    cursor.advance()
    var units: [UInt16] = []
    var bytes: [UInt8] = []
    while true {
      guard let byte = cursor.peek, byte >= 0x20 else {
        throw cursor.unexpected("the end of the string")
      }
      if byte == UInt8(ascii: "\\") {
        units += String(decoding: bytes, as: UTF8.self).utf16
        bytes = []
        units.append(try escape())
        continue
      }
      cursor.advance()
      if byte == UInt8(ascii: "\"") { break }
      bytes.append(byte)
    }
    units += String(decoding: bytes, as: UTF8.self).utf16
    return String(decoding: units, as: UTF16.self)
  }

  private mutating func escape() throws(ConfigError) -> UInt16 {
    let start = cursor
    cursor.advance()
    switch cursor.advance() {
    case UInt8(ascii: "b"): return 8
    case UInt8(ascii: "f"): return 12
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "\""): return 34
    case UInt8(ascii: "\\"): return 92
    case UInt8(ascii: "/"): return 47
    case UInt8(ascii: "u"):
      var value: UInt16 = 0
      for _ in 0..<4 {
        guard let byte = cursor.advance(), let digit = CharacterClass.hexValue(byte) else {
          throw start.unexpected("four hexadecimal digits")
        }
        value = value << 4 | UInt16(digit)
      }
      return value
    default: throw start.unexpected("a known escape")
    }
  }

  private mutating func skipSpace() {
    while let byte = cursor.peek, CharacterClass.isSpace(byte) { cursor.advance() }
  }
}
