package import TerminalUI

/// GNU readline with the words of the session.
package final class ReadlineEditor: CommandLineEditor {
  /// The words to complete with, shared with readline's question.
  private final class Words {
    var vocabulary = Vocabulary()
  }

  private let words: Words
  private let editor: LineEditor
  package private(set) var isEditing = false

  /// Keys are fed on a screen; without one readline reads the terminal itself.
  package init(onScreen: Bool, historyPath: String?) {
    let words = Words()
    self.words = words
    editor = LineEditor(name: "workbench", onScreen: onScreen) { request in
      words.vocabulary.complete(request, files: FileNames.beginning)
    }
    if let historyPath { editor.openHistory(path: historyPath) }
  }

  package var vocabulary: Vocabulary {
    get { words.vocabulary }
    set { words.vocabulary = newValue }
  }

  package var isViInsertion: Bool { editor.isViInsertion }
  package var hasTypedAhead: Bool { editor.hasTypedAhead }
  package var matches: [String] { editor.matches }

  package func begin(prompt: String, text: String) {
    editor.begin(prompt: prompt, text: text)
    isEditing = true
  }

  package func end() { editor.end() }
  package func feed(_ press: KeyPress) -> Bool { editor.feed(press) }
  package func paste(_ text: String) { editor.paste(text) }

  package func take() -> LineEditor.Outcome {
    let outcome = editor.take()
    if outcome != .editing { isEditing = false }
    return outcome
  }

  package func view(prompt: String, width: Int) -> LineView {
    isEditing ? editor.view(width: width) : editor.waitingView(prompt: prompt, width: width)
  }

  package func remember(_ line: String) { editor.remember(line) }
  package func clearMatches() { editor.clearMatches() }
  package func dropLine() {
    editor.dropLine()
    isEditing = false
  }

  package func readPlain(prompt: String, text: String) -> LineEditor.Outcome {
    editor.readPlain(prompt: prompt, text: text)
  }
}
