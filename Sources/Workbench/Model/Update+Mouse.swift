import Diagnostics
import TerminalUI

// What a click or the wheel means, by what is under the pointer.
extension AppModel {
  /// The panel whose name on the frame of a single-panel screen is clicked.
  private func tab(under mouse: Mouse) -> PanelID? {
    guard layout.showsOnePanel, mouse.action == .leftPress else { return nil }
    return MainScreen.tabs(self).first { tab in
      tab.row == mouse.row && tab.columns.contains(mouse.column)
    }?.panel
  }

  mutating func handle(_ mouse: Mouse) -> [Effect] {
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
    guard let hit, let panel = table.panel(hit.panel) else { return [] }
    let inside = hit.rect.inset(by: 1)
    let place = GridPosition(row: mouse.row - inside.row, column: mouse.column - inside.column)
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
