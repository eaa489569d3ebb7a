import Serialization

/// A typed line cut into command, operands and options.
///
/// A colon before the command means nothing: it is the key that leads to the command line. Blanks separate; inside brackets and quotes they do not. `#` after a blank or at the start begins a
/// comment. `--name value` and `--flag` are options, `> file` redirects.
package struct CommandLine: Hashable, Sendable {
  /// The first word.
  package var name: String
  /// The other words that are no options.
  package var operands: [String]
  /// Options by name without the dashes; a flag has an empty value.
  package var options: [String: String]
  /// The file behind `>`.
  package var redirect: String?
  /// Everything behind the first word as it was typed, without comment.
  package var rest: String

  /// Whether a line is unfinished: a bracket or quote is open.
  package static func isOpen(_ text: String) -> Bool {
    var scanner = WordScanner(TypedText.normalized(text))
    scanner.scan()
    return scanner.depth > 0 || scanner.isQuoted
  }

  /// Cuts a line; nil for an empty one.
  ///
  /// The flags are the options that take no value.
  package init?(_ text: String, flags: Set<String> = []) {
    let text = TypedText.normalized(text)
    var scanner = WordScanner(text)
    scanner.scan()
    let words = scanner.words
    guard let first = words.first else { return nil }
    let isCommand = first.text.count > 1 && first.text.hasPrefix(":")
    name = isCommand ? String(first.text.dropFirst()) : first.text
    rest = words.count > 1 ? String(text[words[1].start..<words[words.count - 1].end]) : ""
    operands = []
    options = [:]
    var index = 1
    while index < words.count {
      let word = words[index].text
      if word == ">", index + 1 < words.count {
        redirect = words[index + 1].unquoted
        index += 2
      } else if word.hasPrefix(">") {
        redirect = String(word.dropFirst())
        index += 1
      } else if word.hasPrefix("--"), word.count > 2 {
        let option = String(word.dropFirst(2))
        let isFlag =
          flags.contains(option) || index + 1 == words.count
          || words[index + 1].text.hasPrefix("--")
        options[option] = isFlag ? "" : words[index + 1].unquoted
        index += isFlag ? 1 : 2
      } else {
        operands.append(words[index].unquoted)
        index += 1
      }
    }
  }
}

extension CommandLine {
  /// Cuts what stands behind the command before its last two words, such as `to PATH`; nil if the
  /// last but one is not one of `words`.
  func cut(before words: Set<String>) -> (text: String, word: String, place: String)? {
    var scanner = WordScanner(rest)
    scanner.scan()
    guard scanner.words.count >= 3 else { return nil }
    let last = Array(scanner.words.suffix(2))
    guard words.contains(last[0].text) else { return nil }
    return (String(rest[..<last[0].start]), last[0].text, last[1].unquoted)
  }

  /// What stands behind the first operand, as typed.
  var behindFirst: String {
    var scanner = WordScanner(rest)
    scanner.scan()
    return scanner.words.count < 2 ? "" : String(rest[scanner.words[1].start...])
  }

  /// The line with the selected layer's path in the place of `%`, which begins a word.
  package static func replacingSelection(in text: String, by path: String) -> String {
    var scanner = WordScanner(text)
    scanner.scan()
    var result = ""
    var end = text.startIndex
    for word in scanner.words where word.text.first == "%" {
      let next = word.text.dropFirst().first
      guard next == nil || ":.[/".contains(next ?? " ") else { continue }
      let isRoot = path == "." && next == "/"
      result += text[end..<word.start] + (isRoot ? "" : path) + word.text.dropFirst(isRoot ? 2 : 1)
      end = word.end
    }
    return result + text[end...]
  }

  /// Refuses what only a shell would understand.
  static func refuseShell(_ text: String) throws(CommandError) {
    var scanner = WordScanner(text)
    scanner.scan()
    for word in scanner.words where !word.text.contains("\"") && !word.text.contains("(") {
      let isShell =
        ["|", "||", "&&", "&", ";", "<<", ">>"].contains(word.text) || word.text.hasPrefix("$")
        || word.text.hasPrefix("`") || (word.text.hasSuffix(";") && word.text.count > 1)
      guard isShell else { continue }
      throw CommandError(
        .syntax, found: "'\(word.text)'",
        expected:
          "one command a line: there is no shell here, there are no variables and no arithmetic")
    }
  }
}

/// Finds the words of a line.
private struct WordScanner {
  struct Word {
    var text: String
    var start: String.Index
    var end: String.Index

    /// The text inside quotes where the whole word is quoted, with `\n`, `\t`, `\"`, `\\` replaced; `''` is
    /// empty, as in a shell.
    var unquoted: String {
      guard text != "''" else { return "" }
      guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
      var result = ""
      var isEscaped = false
      for character in text.dropFirst().dropLast() {
        if isEscaped {
          result.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          result.append(character)
        }
      }
      return result
    }
  }

  let text: String
  var words: [Word] = []
  var depth = 0
  var isQuoted = false

  init(_ text: String) { self.text = text }

  mutating func scan() {
    var start: String.Index?
    var isEscaped = false
    var index = text.startIndex
    func close(_ words: inout [Word], _ start: inout String.Index?, at end: String.Index) {
      if let begin = start {
        words.append(Word(text: String(text[begin..<end]), start: begin, end: end))
      }
      start = nil
    }
    while index < text.endIndex {
      let character = text[index]
      if isQuoted {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          isQuoted = false
        }
      } else if character == "#", start == nil, depth == 0 {
        break
      } else if character.isWhitespace, depth == 0 {
        close(&words, &start, at: index)
      } else {
        if start == nil { start = index }
        switch character {
        case "\"": isQuoted = true
        case "(", "[", "{": depth += 1
        case ")", "]", "}": depth = max(0, depth - 1)
        default: break
        }
      }
      index = text.index(after: index)
    }
    close(&words, &start, at: index)
  }
}
