import TerminalUI

// What a key means, by what has the focus.
extension AppModel {
  mutating func handle(_ press: KeyPress) -> [Effect] {
    if press.key == .control("c") { return interrupt() }
    if help != nil { return handleInHelp(press.key) }
    if isFiltering { return handleInFilter(press.key) }
    if focus == .commandLine { return handleInCommandLine(press) }
    // Fast typing after ESC looks like Alt, which no panel uses.
    if case .alt(let character) = press.key {
      return perform(.back) + perform(key: .character(character))
    }
    return perform(key: press.key)
  }

  private mutating func perform(key: Key) -> [Effect] {
    guard let action = Keymap.action(key, in: focus, table) else { return [] }
    return perform(action)
  }

  private mutating func interrupt() -> [Effect] {
    seeksDifference = false
    if isBusy { return [.cancel] }
    help = nil
    isFiltering = false
    openLines = []
    nextLines = []
    prompt = Self.firstPrompt
    return [.editor(.dropLine)]
  }

  private mutating func handleInCommandLine(_ press: KeyPress) -> [Effect] {
    switch press.key {
    case .escape: return perform(.back)
    case .backTab: return perform(.focusPrevious)
    case .control("z"): return [.suspend]
    default:
      matches = []
      return [.editor(.press(press))]
    }
  }

  private mutating func handleInFilter(_ key: Key) -> [Effect] {
    switch key {
    case .character(let character): filter.append(character)
    case .backspace where !filter.isEmpty: filter.removeLast()
    case .control("u"): filter = ""
    case .enter, .tab: isFiltering = false
    case .escape, .backspace:
      isFiltering = false
      filter = ""
    case .up, .down:
      isFiltering = false
      return perform(key: key)
    default: break
    }
    selectVisible()
    return []
  }

  private mutating func handleInHelp(_ key: Key) -> [Effect] {
    guard var help else { return [] }
    if help.isFinding, find(key, in: &help) {
      self.help = help
      return []
    }
    let last = max(0, help.bindings.count - 1)
    switch key {
    case .up, .character("k"): help.selected = max(0, help.selected - 1)
    case .down, .character("j"): help.selected = min(last, help.selected + 1)
    case .home: help.selected = 0
    case .end: help.selected = last
    case .pageUp: help.selected = max(0, help.selected - 10)
    case .pageDown: help.selected = min(last, help.selected + 10)
    case .character("/"): help.isFinding = true
    case .enter:
      self.help = nil
      guard help.bindings.indices.contains(help.selected) else { return [] }
      return perform(help.bindings[help.selected].action)
    default:
      self.help = nil
      return []
    }
    self.help = help
    return []
  }

  /// A key typed into the text to find in the help; false for one that means something else.
  private func find(_ key: Key, in help: inout HelpView) -> Bool {
    switch key {
    case .character(let character): help.find.append(character)
    case .backspace where !help.find.isEmpty: help.find.removeLast()
    case .control("u"): help.find = ""
    case .escape, .backspace:
      help.find = ""
      help.isFinding = false
    default:
      help.isFinding = false
      return false
    }
    help.selected = 0
    return true
  }
}
