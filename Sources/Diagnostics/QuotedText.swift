/// String literals, whose escapes the notations share but for those of other control characters.
package enum QuotedText {
  /// A string in quotes; `control` spells a control character that has no escape
  /// of its own.
  package static func of(_ text: String, control: (UInt32) -> String) -> String {
    // Megabytes of an embedded file have nothing to escape.
    if text.utf8.allSatisfy(isPlain) { return "\"\(text)\"" }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.isTerminalControl {
          result += control(scalar.value)
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  /// A string as JSON has it.
  package static func json(_ text: String) -> String {
    of(text) { "\\u" + digits($0, radix: 16, count: 4) }
  }

  /// Whether a byte of UTF-8 stands for itself in every notation.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  /// A number in a base with leading zeros.
  package static func digits(_ value: UInt32, radix: Int, count: Int) -> String {
    let digits = String(value, radix: radix)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
