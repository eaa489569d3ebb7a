import Diagnostics

/// Reads JSON strictly: no trailing text, bounded depth, and no name twice where the tree says so.
///
/// What an editor may have put in, such as a byte order mark and typographic quotes, is read past
/// (``TypedText``).
package struct JSONParser<Tree: JSONTree> {
  private var cursor: SourceCursor
  private var depth = 0

  /// The document that `bytes` hold.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> Tree {
    do throws(JSONError) { return try parseStrictly(bytes) } catch {
      guard let text = TypedText.decoded(bytes), !text.utf8.elementsEqual(bytes) else {
        throw error
      }
      return try parseStrictly(Array(text.utf8))
    }
  }

  private static func parseStrictly(_ bytes: [UInt8]) throws(JSONError) -> Tree {
    var parser = JSONParser(cursor: SourceCursor(bytes))
    let value = try parser.value()
    parser.cursor.skipSpace()
    guard parser.cursor.peek == nil else { throw parser.unexpected("the end of the text") }
    return value
  }

  /// The error for something unexpected at the cursor, or at an earlier place.
  private func unexpected(_ expected: String, at start: SourceCursor? = nil) -> JSONError {
    let place = start ?? cursor
    return JSONError(at: place.position, place.found, expected)
  }

  private mutating func value() throws(JSONError) -> Tree {
    cursor.skipSpace()
    let position = cursor.position
    return try Tree.tree(try part(), at: position)
  }

  private mutating func part() throws(JSONError) -> JSONPart<Tree> {
    switch cursor.peek {
    case nil: throw unexpected("a value")
    case UInt8(ascii: "{"): return .object(try members())
    case UInt8(ascii: "["): return .array(try elements())
    case UInt8(ascii: "\""): return .string(try string())
    case let byte? where byte == UInt8(ascii: "-") || CharacterClass.isDigit(byte):
      return try number()
    default:
      let start = cursor
      switch cursor.take(while: CharacterClass.isWord) {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return .null
      default: throw unexpected("a value", at: start)
      }
    }
  }

  /// Steps into brackets.
  private mutating func open() throws(JSONError) {
    guard depth < Tree.deepest else {
      throw JSONError(
        .tooDeep, at: cursor.position, "brackets nested too deeply", "at most \(Tree.deepest)")
    }
    depth += 1
    cursor.advance()
    cursor.skipSpace()
  }

  private mutating func members() throws(JSONError) -> [JSONPart<Tree>.Member] {
    try open()
    defer { depth -= 1 }
    var members: [JSONPart<Tree>.Member] = []
    var names: Set<String> = []
    if cursor.take("}") { return [] }
    while true {
      cursor.skipSpace()
      let position = cursor.position
      guard cursor.peek == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
      let name = try string()
      guard Tree.allowsRepeatedNames || names.insert(name).inserted else {
        throw JSONError(at: position, "the name \"\(name)\" stands twice", "each name once")
      }
      cursor.skipSpace()
      guard cursor.take(":") else { throw unexpected(":") }
      members.append(.init(name: name, position: position, value: try value()))
      cursor.skipSpace()
      if cursor.take("}") { return members }
      guard cursor.take(",") else { throw unexpected(", or }") }
    }
  }

  private mutating func elements() throws(JSONError) -> [Tree] {
    try open()
    defer { depth -= 1 }
    var elements: [Tree] = []
    if cursor.take("]") { return [] }
    while true {
      elements.append(try value())
      cursor.skipSpace()
      if cursor.take("]") { return elements }
      guard cursor.take(",") else { throw unexpected(", or ]") }
    }
  }

  private mutating func number() throws(JSONError) -> JSONPart<Tree> {
    let position = cursor.position
    let text = cursor.take { byte in
      CharacterClass.isWord(byte) || "+-.".utf8.contains(byte)
    }
    if let value = Int(text) { return .integer(value) }
    let isPlain = text.utf8.allSatisfy { CharacterClass.isDigit($0) || "+-.eE".utf8.contains($0) }
    guard isPlain, let value = Double(text) else {
      throw JSONError(at: position, "found \(text.prefix(40))", "a number")
    }
    return .number(value)
  }

  private mutating func string() throws(JSONError) -> String {
    let position = cursor.position
    cursor.advance()
    var characters: [UInt8] = []
    while let byte = cursor.peek, byte >= 0x20 {
      if byte == UInt8(ascii: "\\") {
        characters += try escape()
        continue
      }
      cursor.advance()
      guard byte == UInt8(ascii: "\"") else {
        characters.append(byte)
        continue
      }
      guard let text = String(validating: characters, as: UTF8.self) else {
        throw JSONError(at: position, "bytes that are not UTF-8", "a string")
      }
      return text
    }
    throw unexpected("the end of the string")
  }

  /// The bytes that an escape stands for.
  private mutating func escape() throws(JSONError) -> [UInt8] {
    let start = cursor
    cursor.advance()
    switch cursor.advance() {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case let byte? where "\"\\/".utf8.contains(byte): return [byte]
    case UInt8(ascii: "u"):
      var code = try hexadecimal(from: start)
      if (0xD800..<0xDC00).contains(code), cursor.take("\\"), cursor.take("u") {
        let low = try hexadecimal(from: start)
        if (0xDC00..<0xE000).contains(low) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw JSONError(at: start.position, "half of a surrogate pair", "both halves")
      }
      return Array(String(scalar).utf8)
    default: throw unexpected("a known escape", at: start)
    }
  }

  private mutating func hexadecimal(from start: SourceCursor) throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = cursor.advance(), let digit = CharacterClass.hexValue(byte) else {
        throw unexpected("four hexadecimal digits", at: start)
      }
      code = code << 4 | digit
    }
    return code
  }
}
