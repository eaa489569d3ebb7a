import CTerminal

/// What can replace the word before the cursor.
package struct Completion: Hashable, Sendable {
  package var candidates: [String]
  /// What to add after a single candidate; nil adds nothing.
  package var suffix: Character?

  package init(candidates: [String] = [], suffix: Character? = " ") {
    self.candidates = candidates
    self.suffix = suffix
  }
}

/// Completes the word before the cursor.
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

  /// Gives the editor a key; it waits when no line is begun.
  ///
  /// - Returns: whether the editor has a command for it. One that it has none for it would take apart,
  ///   and type its letters.
  package func feed(_ press: KeyPress) -> Bool {
    guard let bytes = known(press) else { return false }
    feed(bytes)
    return true
  }

  /// The bytes of a key, as they came or as every keymap has them.
  private func known(_ press: KeyPress) -> [UInt8]? {
    let isSequence = press.bytes.first == 0x1b && press.bytes.count > 1
    if !isSequence || binds(press.bytes) { return press.bytes }
    // With the keys of vi ESC is a command, and what follows is another.
    if isVi, case .alt = press.key { return press.bytes }
    guard let usual = press.key.usualBytes, usual.first != 0x1b || binds(usual) else { return nil }
    return usual
  }

  /// Whether the editor has a command for exactly these bytes.
  private func binds(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { raw in
      let characters = raw.bindMemory(to: CChar.self)
      return characters.baseAddress.map { ct_editor_binds($0, characters.count) } ?? false
    }
  }

  /// Whether keys wait for a line to begin.
  package var hasTypedAhead: Bool { ct_editor_has_waiting() }

  /// What waits, as text.
  private var typedAhead: String {
    var count = 0
    guard let bytes = ct_editor_waiting(&count), count > 0 else { return "" }
    return TypedAhead.text(
      UnsafeBufferPointer(start: bytes, count: count).lazy.map { UInt8(bitPattern: $0) })
  }

  /// A prompt and what waits for a line to begin, for a line of `width` columns.
  package func waitingView(prompt: String, width: Int) -> LineView {
    let text = typedAhead
    return LineView(prompt: prompt, line: text, point: text.utf8.count, width: width)
  }

  private func feed(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { raw in
      let characters = raw.bindMemory(to: CChar.self)
      if let base = characters.baseAddress { ct_editor_feed(base, characters.count) }
    }
  }

  /// Inserts text as one paste: line ends in it do not end the line.
  package func paste(_ text: String) {
    let plain = text.filter { $0 != "\u{1b}" && $0 != "\0" }
    let marked = "\u{1b}[200~" + plain + "\u{1b}[201~"
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
  /// Searches and arguments show in the prompt; keys that wait stand behind the text.
  package func view(width: Int) -> LineView {
    let ahead = typedAhead
    let line = text + ahead
    return LineView(
      prompt: String(cString: ct_editor_prompt()), line: line,
      point: ahead.isEmpty ? Int(ct_editor_point()) : line.utf8.count, width: width)
  }

  /// Whether the user edits in vi's way, where ESC is a command.
  package var isVi: Bool { ct_editor_is_vi() }

  /// Whether the user edits in vi's way, and types text that ESC ends.
  package var isViInsertion: Bool { ct_editor_is_vi_insertion() }

  /// Candidates to show after a completion that was not unique.
  package var matches: [String] {
    (0..<ct_editor_match_count()).map { String(cString: ct_editor_match($0)) }
  }

  package func clearMatches() { ct_editor_clear_matches() }

  /// Forgets the line and what was typed ahead.
  package func dropLine() { ct_editor_drop_line() }

  /// One line by readline's own screen handling, which begins as `text`.
  ///
  /// - Returns: the line (`.line("")` when Ctrl-C dropped it), or the end of input.
  package func readPlain(prompt: String, text: String = "") -> Outcome {
    var interrupted = false
    guard let line = ct_editor_read_plain(prompt, text, &interrupted) else { return .endOfInput }
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
