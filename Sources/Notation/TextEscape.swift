import Diagnostics
import Layers
import Serialization

/// The escapes of strings in the text format.
enum TextEscape {
  private static let simple: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
    UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "?"): 63,
    UInt8(ascii: "\\"): 92, UInt8(ascii: "'"): 39, UInt8(ascii: "\""): 34,
  ]

  /// Reads an escape that starts with the backslash at the cursor.
  static func read(_ cursor: inout SourceCursor, into bytes: inout [UInt8]) throws(ConfigError) {
    let start = cursor
    cursor.advance()
    guard let kind = cursor.advance() else { throw start.unexpected("an escape") }
    if let byte = simple[kind] {
      bytes.append(byte)
    } else if (0x30...0x37).contains(kind) {
      var value = UInt32(kind - 0x30)
      var count = 1
      while count < 3, let next = cursor.peek, (0x30...0x37).contains(next) {
        value = value * 8 + UInt32(next - 0x30)
        cursor.advance()
        count += 1
      }
      bytes.append(UInt8(truncatingIfNeeded: value))
    } else {
      let lengths: [UInt8: Int] = [
        UInt8(ascii: "x"): 2, UInt8(ascii: "X"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8,
      ]
      guard let length = lengths[kind] else { throw start.unexpected("a known escape") }
      var value: UInt32 = 0
      var count = 0
      while count < length, let next = cursor.peek, let digit = CharacterClass.hexValue(next) {
        value = value << 4 | digit
        cursor.advance()
        count += 1
      }
      guard count == length || (length == 2 && count == 1) else {
        throw start.unexpected("\(length) hexadecimal digits")
      }
      if length == 2 {
        bytes.append(UInt8(truncatingIfNeeded: value))
      } else {
        guard let scalar = Unicode.Scalar(value) else { throw start.unexpected("a character") }
        bytes += Array(String(Character(scalar)).utf8)
      }
    }
  }

  /// A string with quotes, as the text format holds it.
  static func quoted(_ text: String) -> String {
    QuotedText.of(text) { value in
      // Octal digits stand for a byte, not for a character.
      value < 0x80
        ? "\\" + QuotedText.digits(value, radix: 8, count: 3)
        : "\\u" + QuotedText.digits(value, radix: 16, count: 4)
    }
  }
}
