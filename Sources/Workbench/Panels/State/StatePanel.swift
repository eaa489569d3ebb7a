import Diagnostics
import Tensors
package import TerminalUI

/// The state of the selected layer: one state leaf as a heat map, with the number under the
/// cursor, and the list of its leaves where there is room.
package struct StatePanel: Panel {
  package static let id = PanelID("state")
  package let title = "State"
  package let key: Character = "3"
  package let help = "state"
  package let missing: String? = "the state of a model"
  package let place = PanelPlace(wide: .middleLeft, large: .middleLeft)
  package let isAboutLayer = true

  package struct State: PanelState {
    package var leaf = 0
    package var cursor = GridPosition()

    package init() {}
  }

  package struct Request: Hashable, Sendable {
    /// Which leaf, and which part of it.
    package var look = State()
    package var rows: Int
    package var columns: Int
  }

  package func request(_ state: State, size: Size, _ model: AppModel) -> Request {
    Request(
      look: state, rows: Self.mapRows(size.rows), columns: Self.mapColumns(size.columns))
  }

  package func build(_ request: inout Request, _ source: PanelSource) -> StateView? {
    StateBuilder(source: source, request: request).state(&request.look)
  }

  package func take(_ request: Request, into state: inout State) { state = request.look }
  package let about = [
    "A row of the batch of one state leaf; rows t-4 … t-1 are the newest timesteps of a window.",
    "▁ to █ from the least to the greatest value · exactly 0  N NaN  ∞ m infinite",
  ]

  package let bindings: [Binding] = [
    Binding([.character("n")], "n", label: "leaf", "next leaf of the state", .own(.nextLeaf)),
    Binding([.character("p")], "p", "leaf before", .own(.previousLeaf)),
  ]

  private static let nameWidth = 10

  /// Two rows are kept for the legend and one for the number under the cursor.
  static func mapRows(_ rows: Int) -> Int { max(1, rows - 3) }
  static func mapColumns(_ columns: Int) -> Int { max(1, columns - nameWidth - 1) }

  /// How wide a value is drawn: where all have room several times, they fill it.
  private static func cellWidth(_ state: StateView, columns: Int) -> Int {
    let most = 4
    return max(1, min(most, mapColumns(columns) / max(1, state.columnCount)))
  }

  package func note(_ model: AppModel) -> String {
    guard let state = model.view[Self.self] else { return "" }
    let count = state.leaves.count
    let leaf = count > 1 ? "  leaf \(state.leafIndex + 1)/\(count)" : ""
    // The cursor of the sequence may be elsewhere: this is the state after the last step.
    let step = "after step \(NumberText.grouped(state.step))"
    let cache = state.cache.map { "  \($0) cached" } ?? ""
    return "\(state.facet)  \(step)\(cache)  row \(state.row)  \(state.shape) \(state.dtype)\(leaf)"
  }

  package func command(_ model: AppModel) -> String? {
    model.view[Self.self].map { "show \($0.facet)[\($0.row)]" }
  }

  package func draw(_ model: AppModel, into region: Region) {
    guard let state = model.view[Self.self] else {
      draw(empty: empty(model), into: region)
      return
    }
    let rows = Self.mapRows(region.rows)
    let width = Self.cellWidth(state, columns: region.columns)
    let columns = Self.mapColumns(region.columns) / width
    let range = ValueRange(low: state.minimum, high: state.maximum)
    for (row, values) in state.values.prefix(rows).enumerated() {
      let name = row < state.rowNames.count ? state.rowNames[row] : ""
      let fitted = TextFormatting.fitted(name, Self.nameWidth - 1)
      region.text(row: row, TextFormatting.right(fitted, Self.nameWidth - 1), .role(.faint))
      for (column, value) in values.prefix(columns).enumerated() {
        for place in 0..<width {
          region.heat(
            row: row, column: Self.nameWidth + column * width + place, value, range: range)
        }
      }
    }
    let used = min(rows, state.values.count)
    drawLeaves(state, from: used + 1, to: region.rows - 3, into: region)
    drawCursor(state, model, into: region)
    drawLegend(state, into: region)
  }

  package func label(_ binding: Binding, _ model: AppModel) -> String? {
    let hasOne = binding.action == .own(.nextLeaf) && model.view[Self.self]?.leaves.count ?? 0 < 2
    return hasOne ? nil : binding.label
  }

  private func empty(_ model: AppModel) -> String {
    if model.isNew { return "What the selected layer remembers between steps appears here." }
    if model.view.facts.notSteppable != nil { return "This stack cannot step, so it has no state." }
    guard model.view.facts.hasInput else {
      return withoutInput(model)
    }
    return "\(model.selectedPath) remembers nothing from step to step."
  }

  /// All leaves, where the map leaves room for them.
  private func drawLeaves(_ state: StateView, from first: Int, to end: Int, into region: Region) {
    let room = end - first
    guard state.leaves.count > 1, room > 1 else { return }
    let count = state.leaves.count
    let shown = count > room ? room - 1 : count
    let start = min(max(0, state.leafIndex - shown / 2), count - shown)
    let width = state.leaves.reduce(0) { max($0, $1.name.columns) }
    for (row, leaf) in state.leaves[start..<start + shown].enumerated() {
      let isShown = start + row == state.leafIndex
      let name = TextFormatting.left(leaf.name, width)
      let change = leaf.isChanged.map { $0 ? "changed this step" : "unchanged" } ?? ""
      region.spans(
        row: first + row, column: 1,
        [
          (isShown ? "› " : "  ", .role(.key)), (name, isShown ? .role(.title) : .plain),
          ("  \(leaf.shape)  \(change)", .role(.faint)), (leaf.hasNaN ? "  NaN" : "", .role(.bad)),
        ])
    }
    guard count > shown else { return }
    region.text(row: first + shown, column: 3, "… \(count - shown) more leaves", .role(.faint))
  }

  private func drawCursor(_ state: StateView, _ model: AppModel, into region: Region) {
    let row = model[Self.self].cursor.row - state.firstRow
    let width = Self.cellWidth(state, columns: region.columns)
    let column = (model[Self.self].cursor.column - state.firstColumn) * width + Self.nameWidth
    if row >= 0, row < Self.mapRows(region.rows), column >= Self.nameWidth {
      region.emphasize(row: row, columns: column..<column + width, [.reverse, .bold])
    }
    let before = state.cursorBefore.map { "  was \($0)" } ?? ""
    region.spans(
      row: region.rows - 1, column: 1,
      [
        ("\(state.cursorIndex) = ", .role(.key)), (state.cursorValue, .plain),
        (before, .role(.faint)),
      ])
  }

  private static func changeText(_ state: StateView) -> String {
    guard state.step > 0 else { return "no step made yet" }
    guard let changed = state.changedCount else { return "changes not known: show state finds out" }
    let all = NumberText.grouped(state.elementCount)
    switch changed {
    case 0: return "unchanged this step"
    case state.elementCount: return "all \(all) changed this step"
    default: return "\(NumberText.grouped(changed)) of \(all) changed this step"
    }
  }

  /// How many NaN there are here, and whether others of the layer's leaves have any.
  private static func nanText(_ state: StateView) -> (text: String, style: Style) {
    let others = state.leaves.enumerated().filter { $0 != state.leafIndex && $1.hasNaN }
      .map(\.element.name)
    let here = "\(NumberText.grouped(state.nanCount)) NaN"
    if let first = others.first {
      let more = others.count > 1 ? " and \(others.count - 1) more" : ""
      return ("\(here) here, NaN in \(first)\(more)", .role(.bad))
    }
    if state.nanCount > 0 { return (here, .role(.bad)) }
    let count = state.leaves.count
    return (count > 1 ? "\(here) in \(count) leaves" : here, .role(.faint))
  }

  private func drawLegend(_ state: StateView, into region: Region) {
    let nan = Self.nanText(state)
    var column = 1
    column += region.text(row: region.rows - 3, column: column, Self.changeText(state)) + 2
    region.text(row: region.rows - 3, column: column, nan.text, nan.style)
    var legend: [(String, Style)] = [("min \(TextFormatting.short(state.minimum)) ", .role(.faint))]
    legend += Palette.heatGlyphs.enumerated().map { level, glyph -> (String, Style) in
      (String(glyph), .heat(level))
    }
    legend.append(
      (
        " max \(TextFormatting.short(state.maximum))  mean \(TextFormatting.short(state.mean))",
        .role(.faint)
      ))
    region.spans(row: region.rows - 2, column: 1, legend)
    let moreRows = state.rowCount - state.firstRow - state.values.count
    let moreColumns = state.columnCount - state.firstColumn - (state.values.first?.count ?? 0)
    var hidden: [String] = []
    if moreRows > 0 { hidden.append("\(NumberText.grouped(moreRows)) more rows") }
    if moreColumns > 0 { hidden.append("\(NumberText.grouped(moreColumns)) more channels") }
    guard !hidden.isEmpty else { return }
    let text = " … " + hidden.joined(separator: ", ")
    region.textRight(row: region.rows - 1, end: region.columns - 1, text, .role(.faint))
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    guard let state = model.view[Self.self] else { return [] }
    var cursor = model[Self.self].cursor
    switch action {
    case .move(.up): cursor.row -= 1
    case .move(.down): cursor.row += 1
    case .move(.left): cursor.column -= 1
    case .move(.right): cursor.column += 1
    case .page(.up): cursor.row -= 10
    case .page(.down): cursor.row += 10
    case .first: cursor = GridPosition()
    case .last: cursor = GridPosition(row: state.rowCount, column: state.columnCount)
    case .own(.nextLeaf), .own(.previousLeaf):
      let count = state.leaves.count
      let step = action == .own(.nextLeaf) ? 1 : count - 1
      model[Self.self].leaf = count > 0 ? (state.leafIndex + step) % count : 0
      cursor = GridPosition()
    default: break
    }
    cursor.row = min(max(0, cursor.row), max(0, state.rowCount - 1))
    cursor.column = min(max(0, cursor.column), max(0, state.columnCount - 1))
    model[Self.self].cursor = cursor
    return []
  }

  package func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    guard let state = model.view[Self.self], place.row < Self.mapRows(size.rows) else { return [] }
    let width = Self.cellWidth(state, columns: size.columns)
    let column = state.firstColumn + (place.column - Self.nameWidth) / width
    model[Self.self].cursor = GridPosition(
      row: min(max(0, state.firstRow + place.row), max(0, state.rowCount - 1)),
      column: min(max(0, column), max(0, state.columnCount - 1)))
    return []
  }
}

extension PanelAction {
  fileprivate static let nextLeaf = PanelAction("next leaf")
  fileprivate static let previousLeaf = PanelAction("leaf before")
}
