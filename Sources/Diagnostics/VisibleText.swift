extension Unicode.Scalar {
  /// Whether the character controls a terminal instead of being shown, or shows what stands around it in
  /// another order: control characters, those of the upper half (C1) among them, separators of lines and
  /// paragraphs, and marks of direction.
  package var isTerminalControl: Bool {
    if value < 0x7F { return value < 0x20 }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return properties.isBidiControl
    }
  }
}

extension String {
  /// The text as it may be written anywhere: its only control character is `\n`, others
  /// are written as escapes such as `\u{1b}`.
  package var visible: String {
    guard unicodeScalars.contains(where: { $0.isTerminalControl && $0 != "\n" }) else {
      return self
    }
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result.append("\n")
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if scalar.isTerminalControl {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
