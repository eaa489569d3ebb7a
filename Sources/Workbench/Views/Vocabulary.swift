package import TerminalUI

/// Words for completion, as data, so that it never waits for a running command.
package struct Vocabulary: Hashable, Sendable {
  /// A command, and what may stand behind it.
  package struct CommandWords: Hashable, Sendable {
    package var name: String
    /// Words of its own, such as `masks` of `show`.
    package var words: [String] = []
    /// With their dashes.
    package var options: [String] = []
    package var takesPath = false
    package var takesLayer = false
    package var takesFile = false

    package init(_ name: String) { self.name = name }

    /// Reads the form of a command's operands, such as `insert LAYER before|after PATH`.
    package init(_ name: String, usage: String, options: [String], extraWords: [String] = []) {
      self.name = name
      self.options = options.sorted().map { "--\($0)" }
      takesPath = usage.contains("PATH")
      takesLayer = usage.contains("LAYER")
      takesFile = usage.contains("FILE")
      words = Self.literals(usage).filter { $0 != name } + extraWords
    }

    /// The words of a usage that are typed as they stand: in lower case, and not in a bracket that
    /// hangs on another word.
    private static func literals(_ usage: String) -> [String] {
      var words: [String] = []
      var word = ""
      var before: Character = " "
      var isSkipping = false
      for character in usage + " " {
        switch character {
        case "{": isSkipping = true
        case "}": isSkipping = false
        case "[" where before != " " && before != "[": isSkipping = true
        case "]": isSkipping = false
        default: break
        }
        if " |[]".contains(character) {
          let isWord = word.allSatisfy { $0.isLowercase || $0 == "-" }
          if isWord, word.count > 1, !word.hasPrefix("-"), !words.contains(word) {
            words.append(word)
          }
          word = ""
        } else if !isSkipping {
          word.append(character)
        }
        before = character
      }
      return words
    }
  }

  package var commands: [CommandWords]
  package var layers: [String]
  /// The layers of the stack: path, and kind of layer.
  package var paths: [String: String]
  package var facets: [String]
  /// Field names of a layer, for `Conv1D(fil…`.
  package var fields: [String: [String]]
  /// What may stand behind a field, for `Conv1D(padding: .c…`, by `LAYER.field`.
  package var choices: [String: [String]]

  package init(
    commands: [CommandWords] = [], layers: [String] = [], paths: [String: String] = [:],
    facets: [String] = [], fields: [String: [String]] = [:], choices: [String: [String]] = [:]
  ) {
    self.commands = commands
    self.layers = layers
    self.paths = paths
    self.facets = facets
    self.fields = fields
    self.choices = choices
  }

  /// What fits the word before the cursor.
  ///
  /// `files` lists the names that begin with a text; folders end in a slash.
  package func complete(
    _ request: CompletionRequest, files: (String) -> [String] = { _ in [] }
  ) -> Completion {
    let before = String(decoding: request.line.utf8.prefix(request.start), as: UTF8.self)
    let word = request.word
    guard let name = before.split(whereSeparator: \.isWhitespace).first else {
      return Completion(candidates: matching(word, commands.map(\.name)))
    }
    if let open = Self.openLayer(before) {
      guard open.isInList else { return complete(word, inside: open.layer, before) }
      return Completion(candidates: matching(word, layers), suffix: "(")
    }
    if word.hasPrefix("@") {
      return Self.fileNames(files(String(word.dropFirst())).map { "@\($0)" })
    }
    if before.last(where: { $0 != " " }) == ">" { return Self.fileNames(files(word)) }
    guard let command = commands.first(where: { $0.name == name }) else { return Completion() }
    if word.hasPrefix("-") { return Completion(candidates: matching(word, command.options)) }
    if let part = completePart(of: word) { return part }
    let shownPaths = command.takesPath ? paths.keys.sorted() : []
    let shownLayers = command.takesLayer ? layers : []
    let names = name == "help" ? commands.map(\.name) : []
    let found = matching(word, command.words + names + shownPaths + shownLayers)
    guard found.isEmpty || (word.isEmpty && command.takesFile), command.takesFile else {
      let isLayer = found.first.map(layers.contains) ?? false
      return Completion(candidates: found, suffix: isLayer ? "(" : " ")
    }
    let named = files(word)
    return found.isEmpty ? Self.fileNames(named) : Completion(candidates: found + named)
  }

  /// A facet behind a colon, or a field behind the dot of a path.
  private func completePart(of word: String) -> Completion? {
    if let colon = word.lastIndex(of: ":") {
      let head = word[...colon]
      let tail = String(word[word.index(after: colon)...])
      return Completion(candidates: matching(tail, facets).map { head + $0 }, suffix: nil)
    }
    guard let dot = word.lastIndex(of: "."), dot > word.startIndex,
      let kind = paths[String(word[..<dot])]
    else { return nil }
    let tail = String(word[word.index(after: dot)...])
    let names = matching(tail, fields[kind] ?? [])
    return Completion(candidates: names.map { word[...dot] + $0 })
  }

  /// A field, a layer, or what may stand behind a field.
  private func complete(_ word: String, inside layer: String, _ before: String) -> Completion {
    let names = fields[layer] ?? []
    let blank = before.reversed().drop(while: \.isWhitespace)
    if blank.first == ":" {
      let field = String(blank.dropFirst().prefix { $0.isLetter || $0.isNumber }.reversed())
      if let allowed = choices["\(layer).\(field)"] {
        return Completion(candidates: matching(word, allowed), suffix: nil)
      }
    }
    // A field comes first; a layer may stand there without its field's name.
    let found = matching(word, word.isEmpty && !names.isEmpty ? names : names + layers)
    return Completion(candidates: found, suffix: names.contains(found.first ?? "") ? ":" : "(")
  }

  private static func fileNames(_ names: [String]) -> Completion {
    let isFolder = names.count == 1 && names[0].hasSuffix("/")
    return Completion(candidates: names, suffix: isFolder ? nil : " ")
  }

  private func matching(_ prefix: String, _ words: [String]) -> [String] {
    let exact = words.filter { $0.hasPrefix(prefix) }
    if !exact.isEmpty || prefix.isEmpty { return exact }
    return words.filter { $0.lowercased().hasPrefix(prefix.lowercased()) }
  }

  /// The layer whose parentheses are open at the end of the text, and whether a list is open there.
  private static func openLayer(_ text: String) -> (layer: String, isInList: Bool)? {
    var depth = 0
    var isInList = false
    var rest = text[...]
    while let last = rest.popLast() {
      if ")]}".contains(last) { depth += 1 }
      guard "([{".contains(last) else { continue }
      if depth > 0 {
        depth -= 1
        continue
      }
      guard last == "(" else {
        isInList = true
        continue
      }
      let name = rest.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return (String(name.reversed()), isInList)
    }
    return nil
  }
}
