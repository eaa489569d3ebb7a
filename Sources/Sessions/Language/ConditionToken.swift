/// A word of a condition, and where it begins, counted from 1.
struct ConditionToken: Hashable {
  enum Kind: Hashable {
    case number(Double)
    /// A name, a path or a facet with its slice.
    case word(String)
    /// `< <= > >= == != + - * / ( ) |`.
    case symbol(String)
    case end
  }

  var kind: Kind
  var place: Int

  /// The token as it was typed, for messages.
  var text: String {
    switch kind {
    case .number(let value): "\(value)"
    case .word(let word), .symbol(let word): "'\(word)'"
    case .end: "the end"
    }
  }
}

extension ConditionToken {
  /// Cuts a text.
  ///
  /// A word begins with a letter, `_`, `.`, `%`, or with `/` before a digit, and goes on over everything that
  /// paths, facets and slices are written with.
  /// - Throws: ``CommandError`` `.syntax` with the place.
  static func cut(_ text: String) throws(CommandError) -> [ConditionToken] {
    let characters = Array(text)
    var tokens: [ConditionToken] = []
    var index = 0
    func next(_ offset: Int = 1) -> Character? {
      index + offset < characters.count ? characters[index + offset] : nil
    }
    while index < characters.count {
      let character = characters[index]
      let start = index
      if character.isWhitespace {
        index += 1
        continue
      }
      if character.isNumber || (character == "." && next()?.isNumber == true) {
        while index < characters.count, isNumberPart(characters, index, from: start) { index += 1 }
        let written = String(characters[start..<index])
        guard let value = Double(written) else {
          throw syntax("the number '\(written)'", start, "such as 1e-5")
        }
        tokens.append(ConditionToken(kind: .number(value), place: start + 1))
      } else if isWordStart(character) || (character == "/" && next()?.isNumber == true) {
        var depth = 0
        while index < characters.count {
          let inside = characters[index]
          if inside == "[" { depth += 1 }
          guard depth > 0 || isWordPart(inside) else { break }
          if inside == "]" { depth -= 1 }
          index += 1
        }
        guard depth == 0 else {
          throw syntax("'[' without ']'", start, "a slice such as [0, -1, 3]")
        }
        let word = characters[start..<index].filter { !$0.isWhitespace }
        tokens.append(ConditionToken(kind: .word(String(word)), place: start + 1))
      } else {
        let two = String([character] + (next().map { [$0] } ?? []))
        let symbol = ["<=", ">=", "==", "!=", "&&"].contains(two) ? two : String(character)
        guard
          ["<=", ">=", "==", "!=", "&&", "<", ">", "+", "-", "*", "/", "(", ")", "|"].contains(
            symbol)
        else {
          throw syntax("'\(symbol)'", start, "a comparison such as c1 absmax > 3")
        }
        index += symbol.count
        tokens.append(
          ConditionToken(kind: symbol == "&&" ? .word("and") : .symbol(symbol), place: start + 1))
      }
    }
    return tokens + [ConditionToken(kind: .end, place: characters.count + 1)]
  }

  static func syntax(_ found: String, _ index: Int, _ expected: String) -> CommandError {
    CommandError(.syntax, found: "\(found) at character \(index + 1)", expected: expected)
  }

  private static func isNumberPart(_ text: [Character], _ index: Int, from start: Int) -> Bool {
    let character = text[index]
    if character.isNumber || character == "." || character == "e" || character == "E" {
      return true
    }
    return index > start && "+-".contains(character) && "eE".contains(text[index - 1])
  }

  private static func isWordStart(_ character: Character) -> Bool {
    character.isLetter || "_.%".contains(character)
  }

  private static func isWordPart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_.:/%[]".contains(character)
  }
}
