package import TerminalUI

extension Vocabulary {
  /// What fits the word before the cursor.
  ///
  /// `files` lists the names that begin with a text; folders end in a slash.
  package func complete(
    _ request: CompletionRequest, files: (String) -> [String] = { _ in [] }
  ) -> Completion {
    let before = String(decoding: request.line.utf8.prefix(request.start), as: UTF8.self)
    let word = request.word
    guard let first = before.split(whereSeparator: \.isWhitespace).first else {
      // The colon is the key that leads here; whoever types it again means nothing by it.
      let colon = word.hasPrefix(":") ? ":" : ""
      let names = matching(String(word.dropFirst(colon.count)), commands.map(\.name))
      return Completion(candidates: names.map { colon + $0 })
    }
    let name = first.hasPrefix(":") ? first.dropFirst() : first
    switch Self.openBracket(before) {
    case .layer(let layer): return complete(word, inside: layer, before)
    case .layerList: return Completion(candidates: matching(word, layers), suffix: "(")
    case .slice where before.last?.isWhitespace == true: return Completion()
    case .slice, nil: break
    }
    if word.hasPrefix("@") {
      return Self.fileNames(files(String(word.dropFirst())).map { "@\($0)" })
    }
    if before.last(where: { $0 != " " }) == ">" { return Self.fileNames(files(word)) }
    guard let command = commands.first(where: { $0.name == name }) else { return Completion() }
    if word.hasPrefix("-") { return Completion(candidates: matching(word, command.options)) }
    // Brackets end a word of the editor, but not a path such as rep[0]/child.
    let head = String(before.reversed().prefix { !$0.isWhitespace }.reversed())
    if let part = completePart(of: head + word) ?? completePath(head, word) {
      let rest = part.candidates.map { String($0.dropFirst(head.count)) }
      return Completion(candidates: rest, suffix: part.suffix)
    }
    return complete(word, of: command) { Self.readable(files($0), command.fileEndings) }
  }

  /// A command's own words, layers and files.
  private func complete(
    _ word: String, of command: CommandWords, files: (String) -> [String]
  ) -> Completion {
    let shownPaths = command.takesPath ? paths.keys.sorted() : []
    let shownLayers = command.takesLayer ? layers : []
    let names = command.name == "help" ? commands.map(\.name) : []
    let found = matching(word, command.words + names + shownPaths + shownLayers)
    guard found.isEmpty || (word.isEmpty && command.takesFile), command.takesFile else {
      // help only names a layer; other commands make one.
      let isLayer = command.name != "help" && found.first.map(layers.contains) ?? false
      return Completion(candidates: found, suffix: isLayer ? "(" : " ")
    }
    let named = files(word)
    return found.isEmpty ? Self.fileNames(named) : Completion(candidates: found + named)
  }

  /// A facet behind a colon, a leaf behind the dot of a facet, or a field behind the dot of a path.
  private func completePart(of word: String) -> Completion? {
    if let colon = word.lastIndex(of: ":"), colon > word.startIndex {
      let path = String(word[..<colon])
      let tail = word[word.index(after: colon)...]
      guard let dot = tail.firstIndex(of: ".") else {
        let found = matching(String(tail), facets)
        return Completion(candidates: found.map { "\(path):\($0)" }, suffix: nil)
      }
      let facet = String(tail[..<dot])
      let found = matching(String(tail[tail.index(after: dot)...]), leaves(facet, of: path))
      return Completion(candidates: found.map { "\(path):\(facet).\($0)" }, suffix: nil)
    }
    guard let dot = word.lastIndex(of: "."), dot > word.startIndex,
      let kind = full(String(word[..<dot])).flatMap({ paths[$0] })
    else { return nil }
    let tail = String(word[word.index(after: dot)...])
    let names = matching(tail, fields[kind] ?? [])
    return Completion(candidates: names.map { word[...dot] + $0 })
  }

  /// A path that goes on behind a bracket.
  private func completePath(_ head: String, _ word: String) -> Completion? {
    guard head.contains("[") else { return nil }
    return Completion(candidates: matching(head + word, paths.keys.sorted()), suffix: nil)
  }

  /// The path that a name stands for: itself, or the only one that ends in it.
  private func full(_ name: String) -> String? {
    if paths[name] != nil { return name }
    let ends = paths.keys.filter { $0.hasSuffix("/\(name)") }
    return ends.count == 1 ? ends.first : nil
  }

  /// The names of a layer's leaves, without its path.
  private func leaves(_ facet: String, of name: String) -> [String] {
    guard let path = full(name) else { return [] }
    let all = leaves[facet] ?? []
    guard path != "." else { return all }
    return all.filter { $0.hasPrefix("\(path)/") }.map { String($0.dropFirst(path.count + 1)) }
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

  /// Folders, and files of the kinds that are wanted.
  private static func readable(_ names: [String], _ endings: [String]?) -> [String] {
    guard let endings else { return names }
    return names.filter { name in
      let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
      return name.hasSuffix("/") || endings.contains(ending)
    }
  }

  private func matching(_ prefix: String, _ words: [String]) -> [String] {
    let exact = words.filter { $0.hasPrefix(prefix) }
    if !exact.isEmpty || prefix.isEmpty { return exact }
    return words.filter { $0.lowercased().hasPrefix(prefix.lowercased()) }
  }

  /// What the innermost open bracket is of.
  private enum Bracket {
    /// The parentheses of a layer.
    case layer(String)
    /// A list of layers.
    case layerList
    /// The part of an array, or the number of a copy.
    case slice
  }

  private static func openBracket(_ text: String) -> Bracket? {
    var depth = 0
    var rest = text[...]
    while let last = rest.popLast() {
      if ")]}".contains(last) { depth += 1 }
      guard "([{".contains(last) else { continue }
      if depth > 0 {
        depth -= 1
        continue
      }
      guard last == "(" else {
        let isOfName = rest.last.map { $0.isLetter || $0.isNumber || "_.]/".contains($0) } ?? false
        return last == "[" && isOfName ? .slice : .layerList
      }
      let name = rest.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return .layer(String(name.reversed()))
    }
    return nil
  }
}
