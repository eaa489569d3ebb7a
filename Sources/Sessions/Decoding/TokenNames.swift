import Serialization

/// What the tokens of a vocabulary are called, from a file.
package struct TokenNames: Sendable {
  /// The file, as it was requested.
  package let file: String
  private let names: [String]

  package var count: Int { names.count }

  /// Reads a JSON object of ids by name, such as `vocab.json`, a JSON list of names, or a text with a name a
  /// line.
  ///
  /// - Throws: ``CommandError`` `.file` where it is none of these.
  package init(reading text: String, file: String) throws(CommandError) {
    self.file = file
    let start = text.first { !$0.isWhitespace }
    guard start == "{" || start == "[" else {
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if lines.last == "" { lines.removeLast() }
      names = lines
      return
    }
    switch try? JSONValue.parse(Array(text.utf8)) {
    case .array(let values): names = values.map { $0.string ?? "" }
    case .object(let members):
      var byID: [Int: String] = [:]
      for member in members {
        guard let id = member.value.integer, id >= 0, id < 1 << 24 else {
          throw CommandError(
            .file, found: "\(file): \(member.name) has no number", expected: "an id for each name")
        }
        byID[id] = member.name
      }
      names = (0..<(byID.keys.max() ?? -1) + 1).map { byID[$0] ?? "" }
    default:
      throw CommandError(
        .file, found: "\(file) is no JSON",
        expected: "ids by name, a list of names, or a name a line")
    }
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
