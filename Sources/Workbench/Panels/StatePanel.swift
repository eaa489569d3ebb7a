import Tensors
import TerminalUI

/// What the selected layer remembers: one state leaf as a heat map, with the number under the
/// cursor.
struct StatePanel: Panel {
  let title = "State"

  let bindings: [Binding] = [
    Binding([.character("n")], "n", label: "leaf", "next leaf of the state", .nextLeaf),
    Binding([.character("p")], "p", "leaf before", .previousLeaf),
  ]

  private static let nameWidth = 6

  /// One row is kept for the legend and one for the number under the cursor.
  static func mapRows(_ rows: Int) -> Int { max(1, rows - 2) }
  static func mapColumns(_ columns: Int) -> Int { max(1, columns - nameWidth - 1) }

  func note(_ model: AppModel) -> String {
    guard let state = model.view.state else { return "" }
    let leaf = state.leafCount > 1 ? "  leaf \(state.leafIndex + 1)/\(state.leafCount)" : ""
    let nan = state.nanCount > 0 ? "  \(NumberText.grouped(state.nanCount)) NaN" : ""
    return "\(state.facet)  \(state.shape) \(state.dtype)\(leaf)\(nan)"
  }

  func draw(_ model: AppModel, into region: Region) {
    guard let state = model.view.state else {
      let text =
        model.isNew
        ? "The state of the selected layer appears here."
        : "\(model.selectedPath) remembers nothing."
      region.text(row: 0, column: 1, text, .role(.faint))
      return
    }
    let rows = Self.mapRows(region.rows)
    let columns = Self.mapColumns(region.columns)
    let range = ValueRange(low: state.minimum, high: state.maximum)
    for (row, values) in state.values.prefix(rows).enumerated() {
      let name = row < state.rowNames.count ? state.rowNames[row] : ""
      region.text(
        row: row, Words.right(Words.fitted(name, Self.nameWidth - 1), Self.nameWidth - 1),
        .role(.faint))
      for (column, value) in values.prefix(columns).enumerated() {
        region.heat(row: row, column: Self.nameWidth + column, value, range: range)
      }
    }
    drawCursor(state, model, into: region)
    drawLegend(state, rows: rows, columns: columns, into: region)
  }

  private func drawCursor(_ state: StateView, _ model: AppModel, into region: Region) {
    let row = model.stateCursor.row - state.firstRow
    let column = model.stateCursor.column - state.firstColumn + Self.nameWidth
    if row >= 0, row < Self.mapRows(region.rows), column >= Self.nameWidth {
      region.emphasize(row: row, columns: column..<column + 1, [.reverse, .bold])
    }
    region.spans(
      row: region.rows - 1,
      [(" \(state.cursorIndex) = ", .role(.key)), (state.cursorValue, .plain)])
  }

  private func drawLegend(_ state: StateView, rows: Int, columns: Int, into region: Region) {
    let row = region.rows - 2
    let glyphs = String(String.UnicodeScalarView(Palette.heatGlyphs))
    let low = Words.short(state.minimum)
    let high = Words.short(state.maximum)
    let mean = Words.short(state.mean)
    let changed = state.isChanged ? "changed this step" : "unchanged"
    let legend = "\(low) \(glyphs) \(high)  mean \(mean)  \(changed)"
    region.text(row: row, column: 1, legend, .role(.faint))
    let moreRows = state.rowCount - state.firstRow - state.values.count
    let moreColumns = state.columnCount - state.firstColumn - (state.values.first?.count ?? 0)
    var hidden: [String] = []
    if moreRows > 0 { hidden.append("\(NumberText.grouped(moreRows)) more rows") }
    if moreColumns > 0 { hidden.append("\(NumberText.grouped(moreColumns)) more channels") }
    guard !hidden.isEmpty else { return }
    let text = " … " + hidden.joined(separator: ", ")
    region.textRight(row: region.rows - 1, end: region.columns - 1, text, .role(.faint))
  }

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    guard let state = model.view.state else { return [] }
    var cursor = model.stateCursor
    switch action {
    case .move(.up): cursor.row -= 1
    case .move(.down): cursor.row += 1
    case .move(.left): cursor.column -= 1
    case .move(.right): cursor.column += 1
    case .page(.up): cursor.row -= 10
    case .page(.down): cursor.row += 10
    case .first: cursor = GridPosition()
    case .last: cursor = GridPosition(row: state.rowCount, column: state.columnCount)
    case .nextLeaf, .previousLeaf:
      let step = action == .nextLeaf ? 1 : state.leafCount - 1
      model.leaf = state.leafCount > 0 ? (state.leafIndex + step) % state.leafCount : 0
      cursor = GridPosition()
    default: break
    }
    cursor.row = min(max(0, cursor.row), max(0, state.rowCount - 1))
    cursor.column = min(max(0, cursor.column), max(0, state.columnCount - 1))
    model.stateCursor = cursor
    return []
  }

  func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    guard let state = model.view.state, place.row < Self.mapRows(size.rows) else { return [] }
    let column = state.firstColumn + place.column - Self.nameWidth
    model.stateCursor = GridPosition(
      row: min(max(0, state.firstRow + place.row), max(0, state.rowCount - 1)),
      column: min(max(0, column), max(0, state.columnCount - 1)))
    return []
  }
}
