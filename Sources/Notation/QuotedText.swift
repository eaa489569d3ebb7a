/// String literals, whose escapes the notations share but for those of other control characters.
enum QuotedText {
  /// A string in quotes; `control` spells a control character that has no escape of its own.
  static func of(_ text: String, control: (UInt32) -> String?) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        let isControl = scalar.value < 0x20 || scalar.value == 0x7F
        if isControl, let escape = control(scalar.value) {
          result += escape
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  /// A number in a base with leading zeros.
  static func digits(_ value: UInt32, radix: Int, count: Int) -> String {
    let digits = String(value, radix: radix)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
