import Serialization

/// What the tokens of a vocabulary are called, from a file.
package struct TokenNames: Sendable {
  /// The file, as it was asked for.
  package let file: String
  private let names: [String]

  package var count: Int { names.count }

  /// Reads a JSON object of ids by name, such as `vocab.json`, a JSON list of names, a `tokenizer.json`, or a
  /// text with a name a line, behind which a score may stand as in the `.vocab` files of SentencePiece.
  ///
  /// - Throws: ``CommandError`` `.file` where it is none of these.
  package init(reading text: String, file: String) throws(CommandError) {
    self.file = file
    let start = text.first { !$0.isWhitespace }
    guard start == "{" || start == "[" else {
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if lines.last == "" { lines.removeLast() }
      let parts = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
      let haveScores = parts.allSatisfy { $0.count == 2 && Double($0[1]) != nil }
      names = haveScores ? parts.map { String($0[0]) } : lines
      return
    }
    guard let json = try? JSONValue.parse(Array(text.utf8)) else { throw Self.unreadable(file) }
    // The vocabulary of a tokenizer.json, with the tokens that were added to it.
    let vocabulary = json["model"]?["vocab"] ?? json
    var byID: [Int: String] = [:]
    if let members = vocabulary.members {
      for member in members {
        guard let id = Self.id(member.value) else {
          throw CommandError(
            .file, found: "\(file): \(member.name) has no number", expected: "an id for each name")
        }
        byID[id] = member.name
      }
    } else if let values = vocabulary.array {
      // A name, or a name with its score.
      for (id, value) in values.enumerated() {
        byID[id] = value.string ?? value.array?.first?.string
      }
    } else {
      throw Self.unreadable(file)
    }
    for token in json["added_tokens"]?.array ?? [] {
      guard let id = token["id"].flatMap(Self.id) else { continue }
      byID[id] = token["content"]?.string
    }
    names = (0..<(byID.keys.max() ?? -1) + 1).map { byID[$0] ?? "" }
  }

  private static func id(_ value: JSONValue) -> Int? {
    value.integer.flatMap { (0..<1 << 24).contains($0) ? $0 : nil }
  }

  private static func unreadable(_ file: String) -> CommandError {
    CommandError(
      .file, found: "\(file) is no JSON of names",
      expected: "ids by name, a list of names, a tokenizer.json, or a name a line")
  }

  /// The name of a token for a screen: blanks and line ends as signs; its number where it has none.
  package func shown(_ token: Int) -> String {
    guard names.indices.contains(token), !names[token].isEmpty else { return "‹\(token)›" }
    var text = ""
    for character in names[token] {
      switch character {
      case " ", "Ġ", "▁": text += "␣"
      case "\n", "\r", "Ċ", "\r\n": text += "⏎"
      case "\t": text += "⇥"
      default:
        let isControl = character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        text += isControl ? "�" : String(character)
      }
    }
    return text
  }
}

extension Session {
  /// A token as screens show it: by its name, as a byte of a text, or as its number.
  package func tokenText(_ token: Int) -> String {
    if let names = document.tokenNames { return names.shown(token) }
    let isByte = document.input?.isText == true && (0..<256).contains(token)
    return isByte ? String(TextShown.scalar(token)) : "\(token)"
  }
}
