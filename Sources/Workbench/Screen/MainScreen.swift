import Diagnostics
package import TerminalUI

/// Puts the whole screen together.
package enum MainScreen {
  package static func draw(_ model: AppModel) -> Screen {
    let canvas = Canvas(model.size)
    let region = canvas.region
    let layout = model.layout
    guard layout.kind != .tooSmall else {
      let minimum = ScreenLayout.minimum
      let size = "\(model.size.columns)×\(model.size.rows)"
      let text = "workbench needs \(minimum.columns)×\(minimum.rows); this is \(size)"
      region.text(row: 0, text)
      return canvas.screen
    }
    HeaderLine.draw(model, into: region.part(layout.header))
    PathLine.draw(model, into: region.part(layout.path))
    if layout.tail.rows > 0 { LogPanel.drawTail(model.log, into: region.part(layout.tail)) }
    for (id, rect) in layout.visible(focus: model.focus, last: model.lastPanel) {
      guard let panel = model.table.panel(id) else { continue }
      let isFocused = model.focus == id
      let frame = region.part(rect).frame(
        title: panel.title, note: panel.note(model), focused: isFocused)
      if model.isOpening { continue }
      if model.view.facts.isRecorded, let missing = panel.missing {
        panel.draw(
          empty: "Of two recorded runs there is nothing here: this takes \(missing). "
            + "Where they part (9), both values (4) and their course (2) can be seen.", into: frame)
      } else {
        panel.draw(model, into: frame)
      }
    }
    if layout.showsOnePanel { drawTabs(model, into: region) }
    drawPrompt(model, into: region.part(layout.prompt))
    if !model.matches.isEmpty { drawMatches(model, above: layout.prompt, into: region) }
    if let help = model.help {
      let above = layout.prompt.row - 1
      let height = min(help.lineCount + 2, above)
      let width = min(76, region.columns)
      HelpScreen.draw(
        help,
        into: region.part(
          row: 1, column: (region.columns - width) / 2, rows: height, columns: width))
    }
    Footer.draw(model, into: region.part(layout.footer))
    return canvas.screen
  }

  /// A panel's name on the frame of a single-panel screen.
  package struct Tab: Hashable, Sendable {
    package var panel: PanelID
    package var text: String
    package var row: Int
    package var columns: Range<Int>
  }

  /// Where the names of all panels stand on the frame of the only one.
  package static func tabs(_ model: AppModel) -> [Tab] {
    let shown = model.layout.visible(focus: model.focus, last: model.lastPanel)
    guard let rect = shown.first?.rect else { return [] }
    let current = model.focus == .commandLine ? model.lastPanel : model.focus
    let texts = model.table.panels.map { " \($0.key) \($0.id) " }
    let isTight = texts.reduce(0) { $0 + $1.columns } > rect.columns - 4
    var column = isTight ? 2 : 3
    return zip(model.table.panels, texts).map { panel, whole in
      let name = panel.id == current ? panel.id.name : panel.id.brief
      let text = isTight ? " \(panel.key) \(name)" : whole
      defer { column += text.columns }
      return Tab(
        panel: panel.id, text: text, row: rect.row + rect.rows - 1,
        columns: column..<column + text.columns)
    }
  }

  private static func drawTabs(_ model: AppModel, into region: Region) {
    let current = model.focus == .commandLine ? model.lastPanel : model.focus
    for tab in tabs(model) {
      let style: Style = tab.panel == current ? .role(.title).with(.reverse) : .role(.faint)
      region.text(row: tab.row, column: tab.columns.lowerBound, tab.text, style)
    }
  }

  private static func drawPrompt(_ model: AppModel, into region: Region) {
    let isFocused = model.focus == .commandLine && model.help == nil
    let style: Style = isFocused ? .plain : .role(.faint)
    region.text(row: 0, model.editorLine.text, style)
    if isFocused, !model.isSlow { region.placeCursor(row: 0, column: model.editorLine.cursor) }
  }

  /// Candidates of a completion, in columns above the prompt.
  private static func drawMatches(_ model: AppModel, above prompt: Rect, into region: Region) {
    let width = min(region.columns, model.matches.reduce(0) { max($0, $1.columns) } + 2)
    let perRow = max(1, region.columns / width)
    let wanted = (model.matches.count + perRow - 1) / perRow
    let rows = min(wanted, 8)
    let box = region.part(row: prompt.row - rows - 1, rows: rows + 1)
    box.clear()
    box.fill(row: 0, .role(.frame), scalar: "─")
    for (index, match) in model.matches.prefix(rows * perRow).enumerated() {
      let place = (row: index / perRow + 1, column: index % perRow * width)
      box.text(row: place.row, column: place.column, match, width: width)
    }
    let hidden = model.matches.count - rows * perRow
    if hidden > 0 { box.textRight(row: 0, end: box.columns, " … \(hidden) more ", .role(.faint)) }
  }
}
