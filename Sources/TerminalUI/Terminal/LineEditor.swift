import CTerminal

/// What can stand in place of the word before the cursor.
package struct Completion: Hashable, Sendable {
  package var candidates: [String]
  /// What to add after a single candidate; nil adds nothing.
  package var suffix: Character?

  package init(candidates: [String] = [], suffix: Character? = " ") {
    self.candidates = candidates
    self.suffix = suffix
  }
}

/// What is asked when the user wants the word before the cursor completed.
package struct CompletionRequest: Hashable, Sendable {
  package var line: String
  package var word: String
  /// Where the word begins, in bytes of the line.
  package var start: Int

  package init(line: String, word: String, start: Int) {
    self.line = line
    self.word = word
    self.start = start
  }
}

/// GNU readline with its key bindings, history and completion, drawn by its owner.
///
/// There is one readline in a process, so there may be one line editor. It stays on one thread.
package final class LineEditor {
  /// What became of the bytes fed so far.
  package enum Outcome: Hashable, Sendable {
    case editing
    case line(String)
    case endOfInput
  }

  fileprivate let completion: (CompletionRequest) -> Completion

  /// Sets readline up for the application `name` (lines of the user's `.inputrc` may ask for it).
  ///
  /// Characters of `wordBreaks` end a word to complete. On a screen keys are fed by `feed`;
  /// otherwise `readPlain` reads them.
  package init(
    name: String, wordBreaks: String = " \t\n\"'><=,;|&(){}[]", onScreen: Bool,
    completion: @escaping (CompletionRequest) -> Completion
  ) {
    self.completion = completion
    let context = Unmanaged.passUnretained(self).toOpaque()
    ct_editor_setup(name, wordBreaks, complete, context, onScreen)
  }

  deinit { ct_editor_forget() }

  /// Where lines are kept from one run to the next, and how many.
  package func openHistory(path: String, limit: Int = 2000) {
    ct_history_open(path, Int32(limit))
  }

  package func remember(_ line: String) { ct_history_add(line) }

  /// Begins a new line, which may hold text to repair.
  package func begin(prompt: String, text: String = "") { ct_editor_begin(prompt, text) }

  package func end() { ct_editor_end() }

  /// Gives the editor bytes; they wait when no line is begun.
  package func feed(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { raw in
      let characters = raw.bindMemory(to: CChar.self)
      if let base = characters.baseAddress { ct_editor_feed(base, characters.count) }
    }
  }

  /// Inserts text as one paste: line ends in it do not end the line.
  package func paste(_ text: String) {
    let marked = "\u{1b}[200~" + text.filter { $0 != "\u{1b}" } + "\u{1b}[201~"
    feed(Array(marked.utf8))
  }

  /// Edits with all bytes fed so far, up to the end of a line.
  package func take() -> Outcome {
    var line: UnsafePointer<CChar>?
    switch Int(ct_editor_take(&line)) {
    case CT_EDITOR_LINE: return .line(line.map { String(cString: $0) } ?? "")
    case CT_EDITOR_EOF: return .endOfInput
    default: return .editing
    }
  }

  package var text: String { String(cString: ct_editor_text()) }

  /// Prompt and text for a line of `width` columns.
  ///
  /// Searches and arguments show in the prompt.
  package func view(width: Int) -> LineView {
    LineView(
      prompt: String(cString: ct_editor_prompt()), line: text, point: Int(ct_editor_point()),
      width: width)
  }

  /// Whether the user edits in vi's way, where ESC is a command.
  package var isVi: Bool { ct_editor_is_vi() }

  /// Whether the editor knows what to do with Alt and a character.
  package func binds(alt character: Character) -> Bool {
    guard let byte = character.asciiValue else { return true }
    return ct_editor_binds_meta(Int32(byte))
  }

  /// Candidates to show after a completion that was not unique.
  package var matches: [String] {
    (0..<ct_editor_match_count()).map { String(cString: ct_editor_match($0)) }
  }

  package func clearMatches() { ct_editor_clear_matches() }

  /// Forgets the line and what was typed ahead.
  package func dropLine() { ct_editor_drop_line() }

  /// One line by readline's own screen handling.
  ///
  /// - Returns: the line (`.line("")` when Ctrl-C dropped it), or the end of input.
  package func readPlain(prompt: String) -> Outcome {
    var interrupted = false
    guard let line = ct_editor_read_plain(prompt, &interrupted) else { return .endOfInput }
    return .line(interrupted ? "" : String(cString: line))
  }

}

/// readline's question, passed on to the editor that is its context.
private func complete(
  context: UnsafeMutableRawPointer?, word: UnsafePointer<CChar>?, line: UnsafePointer<CChar>?,
  start: Int32
) -> CChar {
  guard let context, let word, let line else { return 0 }
  let editor = Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  let request = CompletionRequest(
    line: String(cString: line), word: String(cString: word), start: Int(start))
  let completion = editor.completion(request)
  for candidate in completion.candidates { ct_editor_add_candidate(candidate) }
  return CChar(completion.suffix?.asciiValue ?? 0)
}
