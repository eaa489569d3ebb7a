import Sessions

// What keys, clicks and lines of the help stand for.
extension AppModel {
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
    case .enlarge: isEnlarged.toggle()
    case .decode: return perform(.perform("decode 1" + decodeOptions))
    case .printPanel:
      guard let command = table.panel(focus)?.command(self) else { return [] }
      return perform(.perform(command))
    case .back:
      if focus == .commandLine {
        focus = lastPanel
        keepFocusVisible()
      } else if !filter.isEmpty {
        filter = ""
      } else if isEnlarged {
        isEnlarged = false
      } else {
        focus = StackPanel.id
      }
    case .nextRow: row = min(row + 1, max(0, view.facts.rowCount - 1))
    case .previousRow: row = max(0, row - 1)
    case .help: help = HelpView(focus, in: table)
    case .filter:
      if layout.panels[StackPanel.id] != nil { focus = StackPanel.id }
      isFiltering = true
    case .findDifference: return findDifference()
    case .repaint: return [.repaint]
    case .suspend: return [.suspend]
    case .quit: return leave()
    default: return table.panel(focus)?.perform(action, on: &self) ?? []
    }
    return []
  }

  /// Leaves by the command, which stays where not all could be kept; asked again meanwhile, at once.
  private mutating func leave() -> [Effect] {
    guard !isLeaving else { return [.quit] }
    isLeaving = true
    return (isBusy ? [.cancel] : []) + perform("quit", typed: false)
  }

  /// Selects the innermost of the first layers that differ, in the order in which data flows, and the
  /// first place where it does; waits until all layers are compared.
  mutating func findDifference() -> [Effect] {
    seeksDifference = !view.isAgreementKnown
    guard !seeksDifference else { return [] }
    let differing = view.layers.filter { $0.agrees == false }
    guard let first = differing.first(where: { !$0.hasChildren }) ?? differing.last else {
      return perform(.perform("diff all"))
    }
    select(first.path)
    showUnfolded(first.path)
    if let place = first.difference { look(at: place) }
    return perform(.perform("diff \(first.path)"))
  }

  /// Looks at a place of the selected layer: row, timestep and channel.
  mutating func look(at place: DifferencePlace) {
    (row, cursorTime) = (place.row, place.inputTime)
    self[BesidePanel.self].firstChannel = place.channel
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

  mutating func keepFocusVisible() {
    if !layout.focusable.contains(focus) { focus = StackPanel.id }
    if !layout.focusable.contains(lastPanel) { lastPanel = StackPanel.id }
  }

  /// Selects the first visible layer when the selected one is filtered out or folded away.
  package mutating func selectVisible() {
    let layers = visibleLayers
    guard let first = layers.first else { return }
    let selected = layers.first { $0.path == selectedPath }
    if !filter.isEmpty {
      if let selected, fitsFilter(selected) { return }
      select((layers.first(where: fitsFilter) ?? first).path)
    } else if selected == nil {
      select(first.path)
    }
  }
}
