/// Text as it comes out of editors, word processors and other systems, brought to the characters that the
/// grammars here know.
package enum TypedText {
  /// What bytes say: UTF-8, or UTF-16 where a byte order mark says so; nil where they are neither.
  package static func decoded(_ bytes: [UInt8]) -> String? {
    PlainText.validated(bytes).map(normalized)
  }

  /// The text with `\n` at the end of its lines and, outside strings and comments, plain blanks and plain
  /// quotes.
  ///
  /// A string that begins with a plain quote keeps what is in it; one that begins with a typographic quote
  /// ends with one.
  package static func normalized(_ text: String) -> String {
    // Most text has nothing to bring to anything.
    if text.utf8.allSatisfy(isKnown) { return text }
    var scanner = Scanner()
    var rest = text.unicodeScalars[...]
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
    while let scalar = rest.popFirst() {
      if scalar == "\r" {
        if rest.first == "\n" { rest.removeFirst() }
        scanner.add("\n")
      } else {
        scanner.add(scalar)
      }
    }
    return String(scanner.result)
  }

  /// Whether a byte of UTF-8 cannot belong to what is replaced.
  private static func isKnown(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x0D, 0xC2, 0xE2, 0xE3, 0xEF: false
    default: true
    }
  }

  private struct Scanner {
    enum Place {
      case code, comment
      case string(isTypographic: Bool)
    }

    var result = String.UnicodeScalarView()
    private var place = Place.code
    private var isEscaped = false

    mutating func add(_ scalar: Unicode.Scalar) {
      switch place {
      case .code: addCode(scalar)
      case .comment:
        result.append(scalar)
        if scalar == "\n" { place = .code }
      case .string(let isTypographic):
        let ends = !isEscaped && (scalar == "\"" || (isTypographic && Self.isQuote(scalar)))
        result.append(ends ? "\"" : scalar)
        if ends { place = .code }
        isEscaped = !isEscaped && scalar == "\\"
      }
    }

    private mutating func addCode(_ scalar: Unicode.Scalar) {
      let before = result.last
      if scalar == "\"" || Self.isQuote(scalar) {
        result.append("\"")
        place = .string(isTypographic: scalar != "\"")
        isEscaped = false
      } else if Self.isSingleQuote(scalar) {
        result.append("'")
      } else if scalar != "\n", scalar.properties.generalCategory == .spaceSeparator {
        result.append(" ")
      } else {
        if scalar == "#", before == nil || before?.properties.isWhitespace == true {
          place = .comment
        }
        result.append(scalar)
      }
    }

    private static func isQuote(_ scalar: Unicode.Scalar) -> Bool {
      ["\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}", "\u{AB}", "\u{BB}"].contains(scalar)
    }

    private static func isSingleQuote(_ scalar: Unicode.Scalar) -> Bool {
      ["\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}"].contains(scalar)
    }
  }
}
