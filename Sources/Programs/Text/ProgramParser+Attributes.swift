extension ProgramParser {
  /// Numbers between commas, as texts.
  mutating func numbers(until end: Character) throws(ProgramTextError) -> [String] {
    var texts: [String] = []
    while tokens.next != .mark(end) {
      if !texts.isEmpty { try mark(",") }
      switch tokens.next {
      case .number(let text), .word(let text): texts.append(text)
      case .string, .value, .mark, .end: throw unexpected("a number")
      }
      try tokens.advance()
    }
    try tokens.advance()
    return texts
  }

  /// The value of a composite's attribute.
  mutating func attribute() throws(ProgramTextError) -> CompositeOp.Attribute {
    if tokens.next == .mark("[") { return .ints(try ints()) }
    switch try tokens.advance() {
    case .word("true"): return .bool(true)
    case .word("false"): return .bool(false)
    case .string(let text): return .string(text)
    case .number(let text), .word(let text):
      if let number = Int(text) { return .int(number) }
      guard let number = Double(text) else {
        throw tokens.error(found: text, expected: "a number, true, false, a list or a string")
      }
      return .double(number)
    case let token:
      throw tokens.error(
        found: token.text, expected: "a number, true, false, a list or a string")
    }
  }
}
