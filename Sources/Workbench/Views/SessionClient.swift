package import TerminalUI

/// A headless session, as the front ends use it: lines in, words and views out.
///
/// It stays on one thread. Commands are lines of the session's own language, whether they were
/// typed or come from a key: there is no second way to change a session.
package protocol SessionClient: AnyObject {
  /// What is said first, such as what was opened and what to try.
  var greeting: [OutputLine] { get }

  /// Stops the running line at the next whole block; safe from any thread.
  var canceller: @Sendable () -> Void { get }

  /// Performs one line; a long one tells its progress.
  func perform(_ line: String, progress: @escaping (Progress) -> Void) -> Outcome

  /// What the visible panels want to know.
  func view(_ request: ViewRequest) -> SessionView

  /// The words that can be typed now.
  var vocabulary: Vocabulary { get }
}

/// Words for completion, as data, so that it never waits for a running command.
package struct Vocabulary: Hashable, Sendable {
  package var commands: [String]
  package var layers: [String]
  package var paths: [String]
  package var facets: [String]
  /// Field names of a layer, for `Conv1D(fil…`.
  package var fields: [String: [String]]

  package init(
    commands: [String] = [], layers: [String] = [], paths: [String] = [], facets: [String] = [],
    fields: [String: [String]] = [:]
  ) {
    self.commands = commands
    self.layers = layers
    self.paths = paths
    self.facets = facets
    self.fields = fields
  }

  /// What fits the word before the cursor: commands first on a line, then paths, layers, facets
  /// after a colon, and fields inside a layer's parentheses.
  package func complete(_ request: CompletionRequest) -> Completion {
    let before = String(decoding: request.line.utf8.prefix(request.start), as: UTF8.self)
    let word = request.word
    if before.allSatisfy(\.isWhitespace) {
      return Completion(candidates: matching(word, commands))
    }
    if let layer = Self.openLayer(before), let names = fields[layer] {
      let found = matching(word, names + layers)
      return Completion(candidates: found, suffix: names.contains(found.first ?? "") ? ":" : "(")
    }
    if let colon = word.lastIndex(of: ":") {
      let head = word[...colon]
      let tail = String(word[word.index(after: colon)...])
      return Completion(candidates: matching(tail, facets).map { head + $0 }, suffix: nil)
    }
    let found = matching(word, paths + layers)
    return Completion(candidates: found, suffix: layers.contains(found.first ?? "") ? "(" : nil)
  }

  private func matching(_ prefix: String, _ words: [String]) -> [String] {
    let exact = words.filter { $0.hasPrefix(prefix) }
    if !exact.isEmpty || prefix.isEmpty { return exact }
    return words.filter { $0.lowercased().hasPrefix(prefix.lowercased()) }
  }

  /// The layer whose parentheses are open at the end of the text.
  private static func openLayer(_ text: String) -> String? {
    var depth = 0
    var rest = text[...]
    while let last = rest.popLast() {
      if ")]}".contains(last) { depth += 1 }
      guard "([{".contains(last) else { continue }
      if depth > 0 {
        depth -= 1
        continue
      }
      guard last == "(" else { return nil }
      let name = rest.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return String(name.reversed())
    }
    return nil
  }
}
