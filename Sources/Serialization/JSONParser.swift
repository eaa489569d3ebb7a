package import Diagnostics
internal import Tensors

/// What is wrong with a JSON text, and where.
package struct JSONError: DiagnosticError, Hashable {
  package enum Code: DiagnosticCode {
    case syntax
    package var origin: DiagnosticOrigin { .file }
  }

  package let message: String
  /// The position in bytes from the start of the text.
  package let position: Int

  package var code: Code { .syntax }

  package var description: String { "\(message) at byte \(position)" }
}

/// Reads JSON strictly: no duplicate names, no trailing text, bounded depth.
///
/// What an editor may have put
/// in, such as a byte order mark and typographic quotes, is read past (``TypedText``).
package struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  private static let deepest = 128

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The document that `bytes` hold.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    do throws(JSONError) { return try parseStrictly(bytes) } catch {
      guard let text = TypedText.decoded(bytes), !text.utf8.elementsEqual(bytes) else {
        throw error
      }
      return try parseStrictly(Array(text.utf8))
    }
  }

  private static func parseStrictly(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes)
    let value = try parser.value()
    parser.skipBlanks()
    guard parser.position == bytes.count else { throw parser.error("text after the end") }
    return value
  }

  private func error(_ message: String) -> JSONError {
    JSONError(message: message, position: position)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipBlanks()
    switch next {
    case nil: throw error("the text ends where a value should be")
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < JSONParser.deepest else { throw error("brackets are nested too deeply") }
    position += 1
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    skipBlanks()
    if take("}") { return .object([]) }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw error("a quoted name should be here") }
      let name = try string()
      guard names.insert(name).inserted else { throw error("the name \"\(name)\" stands twice") }
      skipBlanks()
      guard take(":") else { throw error("a colon should be here") }
      members.append(JSONValue.Member(name, try value()))
      skipBlanks()
      if take("}") { return .object(members) }
      guard take(",") else { throw error("a comma or a closing brace should be here") }
    }
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    skipBlanks()
    if take("]") { return .array([]) }
    while true {
      elements.append(try value())
      skipBlanks()
      if take("]") { return .array(elements) }
      guard take(",") else { throw error("a comma or a closing bracket should be here") }
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw error("unknown word") }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isWhole = true
    while let byte = next {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        isWhole = false
      default: return try number(from: start, isWhole: isWhole)
      }
      position += 1
    }
    return try number(from: start, isWhole: isWhole)
  }

  private func number(from start: Int, isWhole: Bool) throws(JSONError) -> JSONValue {
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let first = text.utf8.first, first != UInt8(ascii: "+"), let value = Double(text) else {
      throw error(text.isEmpty ? "a value should be here" : "\"\(text)\" is not a number")
    }
    return .number(value)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var characters: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: characters, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &characters)
      case 0..<0x20: throw error("a control character stands in a string")
      default: characters.append(byte)
      }
    }
    throw error("a string is not closed")
  }

  private mutating func escape(into characters: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error("a string is not closed") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): characters.append(0x0A)
    case UInt8(ascii: "r"): characters.append(0x0D)
    case UInt8(ascii: "t"): characters.append(0x09)
    case UInt8(ascii: "b"): characters.append(0x08)
    case UInt8(ascii: "f"): characters.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): characters.append(byte)
    case UInt8(ascii: "u"):
      var code = UInt32(try hexadecimal())
      if (0xD800..<0xDC00).contains(code) {
        guard take("\\"), take("u") else { throw error("half of a surrogate pair") }
        let low = UInt32(try hexadecimal())
        guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair") }
      characters.append(contentsOf: String(Character(scalar)).utf8)
    default: throw error("unknown escape")
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt16 {
    guard position + 4 <= bytes.count else { throw error("a string is not closed") }
    let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
    guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }), let code = UInt16(text, radix: 16)
    else {
      throw error("four hexadecimal digits should be here")
    }
    position += 4
    return code
  }
}
