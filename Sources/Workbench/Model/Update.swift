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

  /// Takes in a new view of the session.
  package mutating func show(_ view: SessionView) {
    self.view = view
    isOpening = false
    if !view.layers.contains(where: { $0.path == selectedPath }) { selectedPath = "." }
    row = min(row, max(0, view.facts.rowCount - 1))
    if let time = cursorTime, time >= view.position.inputLength { cursorTime = nil }
    if let state = view.state {
      leaf = min(leaf, max(0, state.leaves.count - 1))
      stateCursor.row = min(stateCursor.row, max(0, state.rowCount - 1))
      stateCursor.column = min(stateCursor.column, max(0, state.columnCount - 1))
    }
    if let beside = view.beside {
      firstChannel = min(firstChannel, max(0, beside.channelCount - 1))
    }
    maskScroll = min(maskScroll, max(0, view.masks.count - 1))
  }

  /// Takes in what became of a command line, and says what line to offer next.
  package mutating func finish(_ line: String, _ outcome: Outcome) -> [Effect] {
    pendingCount = max(0, pendingCount - 1)
    progress = nil
    let wasTyped = typedLine == line
    if wasTyped { typedLine = nil }
    append(outcome.lines)
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
        return [.editor(.prefill(([line] + next).joined(separator: "\n")))]
      }
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

  private mutating func perform(_ line: String, typed: Bool) -> [Effect] {
    pendingCount += 1
    if typed { typedLine = line }
    return [.perform(line)]
  }

  // MARK: Keys

  private mutating func handle(_ press: KeyPress) -> [Effect] {
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
    guard let action = Keymap.action(key, in: focus) else { return [] }
    return perform(action)
  }

  private mutating func interrupt() -> [Effect] {
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

  // MARK: Actions

  /// Does what a key, a click or a line of the help stands for.
  package mutating func perform(_ action: Action) -> [Effect] {
    switch action {
    case .perform(let line):
      guard pendingCount < Self.pendingLimit else { return [] }
      append([OutputLine(Self.firstPrompt + line, .command)])
      return perform(line, typed: false)
    case .prefill(let text):
      focusCommandLine()
      return [.editor(.prefill(text))]
    case .commandLine:
      focusCommandLine()
      return []
    case .focusNext: moveFocus(by: 1)
    case .focusPrevious: moveFocus(by: -1)
    case .focus(let panel):
      if layout.panels[panel] != nil { focus = panel }
    case .back:
      if focus == .commandLine {
        focus = lastPanel
        keepFocusVisible()
      } else if !filter.isEmpty {
        filter = ""
      } else {
        focus = .stack
      }
    case .nextRow: row = min(row + 1, max(0, view.facts.rowCount - 1))
    case .previousRow: row = max(0, row - 1)
    case .help: help = HelpView(panel: focus)
    case .filter:
      if layout.panels[.stack] != nil { focus = .stack }
      isFiltering = true
    case .findDifference: return findDifference()
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    default: return Panels.panel(focus).perform(action, on: &self)
    }
    return []
  }

  /// Selects the innermost of the first layers that differ, in the order in which data flows; where
  /// the view did not compare them all, the command does.
  private mutating func findDifference() -> [Effect] {
    let differing = view.layers.filter { $0.agrees == false }
    guard let first = differing.first(where: { !$0.hasChildren }) ?? differing.last else {
      return perform(.perform("diff all"))
    }
    select(first.path)
    showUnfolded(first.path)
    return perform(.perform("diff \(first.path)"))
  }

  /// Opens what hides a layer.
  private mutating func showUnfolded(_ path: String) {
    filter = ""
    foldedPaths = foldedPaths.filter { $0 != "." && !path.hasPrefix($0 + "/") }
  }

  package mutating func focusCommandLine() {
    if focus != .commandLine { lastPanel = focus }
    focus = .commandLine
  }

  private mutating func moveFocus(by step: Int) {
    let order = layout.focusable
    let index = order.firstIndex(of: focus) ?? 0
    let next = order[(index + step + order.count) % order.count]
    if next == .commandLine { focusCommandLine() } else { focus = next }
  }

  private mutating func keepFocusVisible() {
    if !layout.focusable.contains(focus) { focus = .stack }
    if !layout.focusable.contains(lastPanel) { lastPanel = .stack }
  }

  /// Selects the first visible layer when the selected one is filtered out or folded away.
  package mutating func selectVisible() {
    let layers = visibleLayers
    guard let first = layers.first else { return }
    if !layers.contains(where: { $0.path == selectedPath }) { selectedPath = first.path }
  }

  // MARK: Mouse

  /// The panel whose name on the frame of a single-panel screen is clicked.
  private func tab(under mouse: Mouse) -> PanelID? {
    guard layout.kind == .single, mouse.action == .leftPress else { return nil }
    return MainScreen.tabs(self).first { tab in
      tab.row == mouse.row && tab.columns.contains(mouse.column)
    }?.panel
  }

  private mutating func handle(_ mouse: Mouse) -> [Effect] {
    help = nil
    let layout = self.layout
    if layout.footer.contains(row: mouse.row, column: mouse.column) {
      guard mouse.action == .leftPress else { return [] }
      let item = Footer.items(self).first { $0.columns.contains(mouse.column) }
      return item.map { perform($0.action) } ?? []
    }
    if layout.prompt.contains(row: mouse.row, column: mouse.column) {
      if mouse.action == .leftPress { focusCommandLine() }
      return []
    }
    if let panel = tab(under: mouse) {
      focus = panel
      return []
    }
    let shown = layout.visible(focus: focus, last: lastPanel)
    let hit = shown.first { $0.rect.contains(row: mouse.row, column: mouse.column) }
    guard let hit else { return [] }
    let inside = hit.rect.inset(by: 1)
    let place = GridPosition(row: mouse.row - inside.row, column: mouse.column - inside.column)
    let panel = Panels.panel(hit.panel)
    switch mouse.action {
    case .leftPress:
      focus = hit.panel
      return panel.click(place, size: inside.size, on: &self)
    case .wheelUp: return panel.perform(.move(.up), on: &self)
    case .wheelDown: return panel.perform(.move(.down), on: &self)
    case .rightPress: return []
    }
  }
}
