import Comparison
import Diagnostics
import Sessions
package import TerminalUI

extension DifferencesPanel {
  /// Where the columns of the table stand.
  struct Columns {
    let kind: Int
    let firstEnd: Int
    let shareEnd: Int
    let cells: Int

    private static let least = (name: 14, kind: 10, first: 13, share: 9)

    init(width: Int) {
      // What is left over goes to names; half of the width is for time.
      let spare = max(0, width - Self.cells(width) - 5 - Self.fixed)
      kind = 3 + Self.least.name + spare * 2 / 3
      firstEnd = kind + Self.least.kind + spare / 3 + Self.least.first
      shareEnd = firstEnd + Self.least.share
      cells = shareEnd + 2
    }

    private static var fixed: Int { least.name + least.kind + least.first + least.share }

    /// How many columns of time there are.
    static func cells(_ width: Int) -> Int { max(1, min(width - 5 - fixed - 1, width / 2)) }
  }

  /// Below the lines at least: one for the cursor, two for the cause, one for the legend.
  private static let bottomRows = 4

  /// The lines that are seen, the selected one among them.
  static func shown(_ view: DifferencesView, _ model: AppModel, rows: Int) -> Range<Int> {
    let room = max(1, rows - 1 - bottomRows)
    let selected = view.lines.firstIndex { $0.path.shown == model.selectedPath } ?? 0
    let first = min(max(0, selected - room / 2), max(0, view.lines.count - room))
    return first..<min(view.lines.count, first + room)
  }

  package func draw(_ model: AppModel, into region: Region) {
    guard let view = model.view[Self.self] else {
      draw(empty: empty(model), into: region)
      return
    }
    let columns = Columns(width: region.columns)
    drawHead(view, model, columns, into: region)
    let shown = Self.shown(view, model, rows: region.rows)
    let names = ShortNames.fitted(
      view.lines[shown].map(\.path.shown), columns.kind - 4)
    for (row, index) in shown.enumerated() {
      draw(
        view.lines[index], names[row], view, model, columns,
        into: region.part(row: row + 1, rows: 1))
    }
    let below = region.part(row: shown.count + 1, rows: 1)
    drawCursor(view, model, columns, into: below)
    let note = Self.hiddenText(view, layers: view.lines.count - shown.count)
    below.text(row: 0, column: 3, note, .role(.faint))
    drawBottom(
      view, warning: model.view.verdict?.warning,
      into: region.part(row: shown.count + 2, rows: region.rows - shown.count - 2))
  }

  private func empty(_ model: AppModel) -> String {
    if model.isNew { return "Where step-wise and layer-wise run part appears here." }
    if let obstacle = model.view.facts.notSteppable {
      return "This stack cannot step: \(obstacle)."
    }
    guard model.view.facts.hasInput else { return withoutInput(model) }
    guard model.view.position.step > 0 else { return "Nothing to compare yet: s makes a step." }
    guard model.view.facts.hasLayerWise else { return TextFormatting.missingResult }
    return "All layers are being compared …"
  }

  private func drawHead(
    _ view: DifferencesView, _ model: AppModel, _ columns: Columns, into region: Region
  ) {
    region.text(row: 0, column: 3, "layer", .role(.faint))
    region.text(row: 0, column: columns.kind, "kind", .role(.faint))
    region.textRight(row: 0, end: columns.firstEnd, "first", .role(.faint))
    region.textRight(row: 0, end: columns.shareEnd, "largest", .role(.faint))
    guard let first = view.columns.first, let last = view.columns.last else { return }
    let start = "t \(NumberText.grouped(first.lowerBound))"
    let end = NumberText.grouped(max(first.lowerBound, last.upperBound - 1))
    region.text(row: 0, column: columns.cells, start, .role(.faint))
    let right = columns.cells + view.columns.count
    if right - end.columns > columns.cells + start.columns {
      region.textRight(row: 0, end: right, end, .role(.faint))
    }
  }

  /// A mark below the column of the cursor.
  private func drawCursor(
    _ view: DifferencesView, _ model: AppModel, _ columns: Columns, into region: Region
  ) {
    guard let time = model.cursorTime,
      let place = view.columns.firstIndex(where: { $0.contains(time) })
    else { return }
    let text = "▲ \(NumberText.grouped(time))"
    let column = columns.cells + place
    if column + text.columns < region.columns {
      region.text(row: 0, column: column, text, .role(.key))
    } else {
      region.textRight(row: 0, end: column + 1, "\(NumberText.grouped(time)) ▲", .role(.key))
    }
  }

  private func draw(
    _ line: DifferenceTable.Line, _ name: String, _ view: DifferencesView, _ model: AppModel,
    _ columns: Columns, into region: Region
  ) {
    let isSelected = line.path.shown == model.selectedPath
    region.text(row: 0, isSelected ? "›" : " ", .role(.key))
    let isWrong = line.closeness == .differ
    region.text(row: 0, column: 1, line.sign, .role(isWrong ? .bad : .faint))
    region.text(row: 0, column: 3, name)
    if line.path == view.firstPath {
      let column = columns.cells + line.cells.count + 1
      let words = "‹ first in the flow of data"
      let isRoomy = column + words.columns < region.columns
      region.text(row: 0, column: column, isRoomy ? words : "‹", .role(.bad))
    }
    let first = line.firstText(rowCount: model.view.facts.rowCount)
    let room = columns.firstEnd - first.columns - 1 - columns.kind
    region.text(row: 0, column: columns.kind, TextFormatting.fitted(line.kind, room), .role(.faint))
    region.textRight(row: 0, end: columns.firstEnd, first, isWrong ? .plain : .role(.faint))
    region.textRight(
      row: 0, end: columns.shareEnd, line.shareText, isWrong ? .plain : .role(.faint))
    for (place, cell) in line.cells.enumerated() {
      region.set(
        row: 0, column: columns.cells + place,
        Cell(cell.glyph(line.closeness), style: Self.style(cell, isWrong: isWrong)))
    }
    if isSelected { region.emphasize(row: 0, columns: 0..<columns.cells - 1, .bold) }
  }

  private static func style(_ cell: DifferenceTable.Cell, isWrong: Bool) -> Style {
    switch cell {
    case .equal, .none: .role(.faint)
    case .differs: isWrong ? .role(.bad) : .role(.faint)
    case .notANumber: .role(.bad)
    case .padding: .role(.padding)
    case .warmUp: .role(.warmUp)
    }
  }

  /// What is left out, and the key that shows it.
  private static func hiddenText(_ view: DifferencesView, layers: Int) -> String {
    var notes: [String] = []
    if layers > 0 { notes.append("\(layers) more layers") }
    if view.hiddenSteps > 0 {
      notes.append("\(NumberText.grouped(view.hiddenSteps)) more steps: -")
    }
    return notes.isEmpty ? "" : "… " + notes.joined(separator: ", ")
  }

  private func drawBottom(
    _ view: DifferencesView, warning: String?, into region: Region
  ) {
    let width = region.columns - 2
    // The legend on one line, or as many as the cause leaves.
    let agreement =
      warning.map { "Both runs agree at every layer so far, but: \($0)." }
      ?? "Both runs agree at every layer so far."
    let cause = TextFormatting.wrapped(view.cause ?? agreement, width)
    let wanted = TextFormatting.wrapped(DifferenceTable.Cell.legend, width)
    let spare = region.rows - cause.count
    let legend =
      spare >= wanted.count
      ? wanted : [TextFormatting.fitted(DifferenceTable.Cell.legend, width)]
    let room = region.rows - legend.count
    let style: Style =
      view.cause != nil ? .plain : .role(warning == nil ? .faint : .caution)
    let start = min(1, max(0, room - cause.count))
    for (row, line) in cause.prefix(room).enumerated() {
      let isCut = row == room - 1 && cause.count > room
      let text = isCut ? TextFormatting.wrapped(line, width - 4)[0] + " … w" : line
      region.text(row: start + row, column: 1, text, style)
    }
    for (row, line) in legend.enumerated() {
      region.text(
        row: region.rows - legend.count + row, column: 1,
        line.trimmingPrefix(while: { $0 == " " }), .role(.faint))
    }
  }
}
