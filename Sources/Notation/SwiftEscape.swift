import Diagnostics
import Layers
import Serialization

/// The escapes of Swift's string literals.
enum SwiftEscape {
  /// Reads an escape that starts with the backslash at the cursor.
  static func read(_ cursor: inout SourceCursor) throws(ConfigError) -> String {
    let start = cursor
    cursor.advance()
    switch cursor.advance() {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "0"): return "\0"
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "'"): return "'"
    case UInt8(ascii: "u"):
      guard cursor.take("{") else { throw start.unexpected("\\u{...}") }
      let digits = cursor.take(while: CharacterClass.isWord)
      guard cursor.take("}"), let value = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(value)
      else { throw start.unexpected("\\u{...} with a character") }
      return String(Character(scalar))
    default: throw start.unexpected("a known escape")
    }
  }

  /// A string literal.
  static func quoted(_ text: String) -> String {
    QuotedText.of(text) { "\\u{\(String($0, radix: 16))}" }
  }
}
