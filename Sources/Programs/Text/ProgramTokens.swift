/// The words of a program's text, read from front to back; schedules are written in the same words.
package struct ProgramTokens {
  package enum Token: Hashable {
    case word(String)
    case number(String)
    case string(String)
    case value(Int)
    case mark(Character)
    case end

    package var text: String {
      switch self {
      case .word(let text), .number(let text): text
      case .string(let text): text.quoted
      case .value(let index): "%\(index)"
      case .mark(let character): "\(character)"
      case .end: "the end"
      }
    }
  }

  private var rest: Substring
  package private(set) var line = 1
  package private(set) var next: Token = .end

  package init(_ text: String) throws(ProgramTextError) {
    rest = text[...]
    try advance()
  }

  /// Takes the next token away and reads the one after it.
  @discardableResult
  package mutating func advance() throws(ProgramTextError) -> Token {
    let taken = next
    while let first = rest.first, first.isWhitespace {
      if first.isNewline { line += 1 }
      rest.removeFirst()
    }
    guard let first = rest.first else {
      next = .end
      return taken
    }
    if first == "\"" {
      next = .string(try string())
    } else if first == "%" {
      rest.removeFirst()
      let digits = take { $0.isASCII && $0.isNumber }
      guard let index = Int(digits), index < 1 << 20 else {
        throw error(found: "%\(digits)", expected: "a value number such as %12")
      }
      next = .value(index)
    } else if first.isLetter || first == "_" {
      next = .word(take { $0.isLetter || $0.isNumber || $0 == "_" })
    } else if first.isNumber || first == "-" {
      var last: Character = " "
      next = .number(
        take { character in
          let isSign = character == "-" && (last == " " || last == "e")
          defer { last = character }
          return isSign || character.isLetter || character.isNumber || character == "."
            || (character == "+" && last == "e")
        })
    } else {
      next = .mark(rest.removeFirst())
    }
    return taken
  }

  /// The rest of a path after `@`, up to white space.
  package mutating func path() throws(ProgramTextError) -> String {
    guard next == .mark("@") else { return "" }
    while let first = rest.first, first == " " { rest.removeFirst() }
    if rest.first == "\"" {
      let path = try string()
      try advance()
      return path
    }
    let path = take { !$0.isWhitespace }
    try advance()
    return path
  }

  package func error(
    found: String, expected: String, nearest: String? = nil
  ) -> ProgramTextError {
    ProgramTextError(line: line, found: found, expected: expected, nearest: nearest)
  }

  private mutating func take(_ fits: (Character) -> Bool) -> String {
    var taken = ""
    while let first = rest.first, fits(first) { taken.append(rest.removeFirst()) }
    return taken
  }

  private mutating func string() throws(ProgramTextError) -> String {
    rest.removeFirst()
    var content = ""
    while let character = rest.popFirst() {
      if character == "\"" { return content }
      guard character == "\\" else {
        content.append(character)
        continue
      }
      guard let escaped = rest.popFirst() else { break }
      content.append(escaped == "n" ? "\n" : escaped)
    }
    throw error(found: "a string without end", expected: "a closing \"")
  }
}
