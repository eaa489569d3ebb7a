import Sessions
package import TerminalUI

// Event and model in, model and effects out; nothing here touches a terminal or a session.
extension AppModel {
  /// Takes in what happened at the terminal.
  package mutating func handle(_ event: TerminalEvent) -> [Effect] {
    switch event {
    case .key(let press): return handle(press)
    case .mouse(let mouse): return handle(mouse)
    case .paste(let text):
      // Pasted text is never taken for keys, whatever panel has the focus.
      help = nil
      focusCommandLine()
      return [.editor(.paste(text))]
    case .resize(let size):
      self.size = size
      keepFocusVisible()
      return []
    case .stop: return [.suspend]
    case .hangUp: return [.quit]
    case .wake, .ping: return []
    }
  }

  /// Takes in a new view of the session, and cursors that were pulled back where it was made.
  @discardableResult
  package mutating func show(_ view: SessionView) -> [Effect] {
    let isCurrent = view.asked == request
    self.view = view
    isOpening = false
    // Who has looked on meanwhile is not pulled back: what is seen there is requested next.
    if isCurrent {
      look = view.answered.look
      for answer in view.answered.panels { answer.panel.take(answer.value, into: &self) }
    }
    return seeksDifference && view.isAgreementKnown ? findDifference() : []
  }

  /// Whether the next view tells more than this one without anything being done: comparisons of a long
  /// run go on.
  package var isComparing: Bool { request.wantsAgreement && !view.isAgreementKnown }

  /// Takes in what became of a command line, and says what line to offer next.
  package mutating func finish(_ line: String, _ outcome: Outcome) -> [Effect] {
    pendingCount = max(0, pendingCount - 1)
    progress = nil
    isLeaving = false
    let wasTyped = typedLine == line
    if wasTyped { typedLine = nil }
    append(outcome.prefill == nil ? outcome.lines : [])
    switch outcome.status {
    case .quit: return [.quit]
    case .incomplete:
      openLines = [line]
      prompt = Self.continuedPrompt
      return [.editor(.prefill(""))]
    case .done, .failed:
      // A line that was begun in the editor is not touched by what a key performed.
      guard wasTyped else { return [] }
      openLines = []
      prompt = Self.firstPrompt
      let next = nextLines
      nextLines = []
      if outcome.status == .failed {
        // A line that failed stays for repair, with those that were to follow it.
        return [.editor(.repair(([line] + next).joined(separator: "\n")))]
      }
      if next.isEmpty, let prefill = outcome.prefill { return [.editor(.prefill(prefill))] }
      return next.isEmpty ? [.editor(.prefill(""))] : submit(next.joined(separator: "\n"))
    }
  }

  /// Takes in a line that the user finished, or several that were pasted.
  package mutating func submit(_ line: String) -> [Effect] {
    let whole = (openLines + [line]).joined(separator: "\n")
    let commands = CommandLine.isOpen(whole) ? [whole] : ScriptLines.cut(whole)
    guard let first = commands.first else {
      openLines = []
      prompt = Self.firstPrompt
      return [.editor(.prefill(""))]
    }
    nextLines = Array(commands.dropFirst())
    let shown = openLines.isEmpty ? first : line
    append(
      shown.split(separator: "\n").enumerated().map { number, text in
        OutputLine((number == 0 ? prompt : Self.continuedPrompt) + text, .command)
      })
    return perform(first, typed: true)
  }

  mutating func perform(_ line: String, typed: Bool) -> [Effect] {
    pendingCount += 1
    if typed { rememberDecoding(line) }
    if typed { typedLine = line }
    return [.perform(line)]
  }

  /// What the key that decodes goes on with: temperature, cuts and the like.
  private mutating func rememberDecoding(_ line: String) {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.first == "decode" else { return }
    decodeOptions = words.dropFirst().drop { Int($0) != nil }.map { " \($0)" }.joined()
  }
}
