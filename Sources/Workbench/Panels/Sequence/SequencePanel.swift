import Diagnostics
import Tensors
package import TerminalUI

/// Lanes along input time: values and what of them is valid, for the input, both outputs and the
/// selected layer.
///
/// The cursor's timestep is the same column in every lane.
package struct SequencePanel: Panel {
  package static let id = PanelID("sequence", brief: "seq")
  package let title = "Sequence"
  package let key: Character = "2"
  package let help = "sequence"
  package let place = PanelPlace(wide: .upperRight, large: .upperRight)

  package struct State: PanelState {
    /// How often the time that is shown was halved.
    package var zoom = 0

    package init() {}
  }

  package struct Request: Hashable, Sendable {
    package var columns: Int
    package var zoom = 0

    package init(columns: Int, zoom: Int = 0) {
      self.columns = columns
      self.zoom = zoom
    }
  }

  package func request(_ state: State, size: Size, _ model: AppModel) -> Request {
    Request(columns: Self.laneColumns(size.columns), zoom: state.zoom)
  }

  package func build(_ request: inout Request, _ source: PanelSource) -> LanesView? {
    LaneBuilder(source: source, request: request).lanes()
  }

  package let bindings: [Binding] = [
    Binding(
      [.left, .character("h")], "h l", label: "time", "move the cursor back in time (l →: on)",
      .move(.left)),
    Binding([.right, .character("l")], "l →", "move the cursor on in time", .move(.right)),
    Binding(
      [.character("+"), .character("=")], "+", label: "zoom", "show half as much time",
      .own(.zoomIn)),
    Binding([.character("-")], "-", "show twice as much time", .own(.zoomOut)),
    Binding(
      [.character(".")], ".", "let the cursor follow the position again", .own(.followPosition)),
    Binding([.enter], "Enter", "go to the step under the cursor", .enter),
  ]

  package let about = [
    "All lanes share input time; bars are the mean magnitude of the channels.",
    "━ valid  ╍ some valid  · padding  w warm-up: outputs of the step run that come before t 0.",
  ]

  static let nameWidth = 13

  /// Lanes stand between their names and a blank at the end.
  static func laneColumns(_ columns: Int) -> Int { max(1, columns - nameWidth - 2) }

  package func note(_ model: AppModel) -> String {
    let facts = model.view.facts
    guard facts.rows.indices.contains(model.row) else { return "" }
    let row = facts.rows[model.row]
    let all = NumberText.grouped(model.view.position.inputLength)
    let holes = row.holes == 1 ? ", 1 hole" : ", \(NumberText.grouped(row.holes)) holes"
    return "row \(model.row) of \(facts.rowCount)  length \(NumberText.grouped(row.end)) of \(all)"
      + (row.holes > 0 ? holes : "")
  }

  package func command(_ model: AppModel) -> String? {
    guard model.view[Self.self] != nil else { return nil }
    return model.view.position.step > 0
      ? "diff \(model.selectedPath)[\(model.row)]"
      : "show \(model.selectedPath):layer[\(model.row)]"
  }

  package func draw(_ model: AppModel, into region: Region) {
    guard var lanes = model.view[Self.self], !lanes.lanes.isEmpty else {
      draw(empty: empty(model), into: region)
      return
    }
    let columns = Self.laneColumns(region.columns)
    // Where there is no room for all, the verdict speaks of the layer-wise one.
    if 2 * lanes.lanes.count + 2 > region.rows { lanes.lanes.removeAll { $0.kind == .layer } }
    // At the bottom: the ruler, numbers under the cursor, and what the selected layer lost.
    let bottom = region.rows >= 2 * lanes.lanes.count + 3 ? 3 : 2
    let height = max(1, min(4, (region.rows - bottom) / lanes.lanes.count - 1))
    let cursor = lanes.columns(of: cursorTime(model), among: columns)
    var row = 0
    for lane in lanes.lanes where row + height < region.rows - bottom {
      draw(lane, height: height, cursor: cursor, into: region.part(row: row, rows: height + 1))
      row += height + 1
    }
    let hasTwoRows = row + bottom < region.rows
    let ruler = region.rows - bottom - (hasTwoRows ? 1 : 0)
    drawRuler(model, lanes, cursor: cursor, row: ruler, into: region)
    drawNumbers(lanes, rows: ruler + 1..<ruler + (hasTwoRows ? 3 : 2), into: region)
    if bottom == 3, let loss = lanes.loss {
      let text = TextFormatting.fitted(loss.text, region.columns - 2)
      region.text(row: region.rows - 1, column: 1, text, .role(loss.lost == 0 ? .faint : .caution))
    }
  }

  private func empty(_ model: AppModel) -> String {
    if model.isNew { return "Lanes of input and outputs appear here, with what of them is valid." }
    return withoutInput(model)
  }

  func cursorTime(_ model: AppModel) -> Int {
    model.cursorTime ?? max(0, model.view.position.inputTime - 1)
  }

  private func draw(_ lane: Lane, height: Int, cursor: Range<Int>?, into region: Region) {
    let style = Self.style(lane.kind)
    let start = Self.nameWidth + 1
    region.text(
      row: height - 1, column: 1, TextFormatting.fitted(lane.name, Self.nameWidth - 1), style)
    let count = "valid \(NumberText.grouped(lane.validCount))"
    let fitting = count.columns < Self.nameWidth ? count : NumberText.grouped(lane.validCount)
    region.text(row: height, column: 1, fitting, .role(.faint))
    let range = ValueRange(low: 0, high: lane.peak)
    for (index, column) in lane.columns.enumerated() where start + index < region.columns {
      drawValue(column, height: height, at: start + index, range: range, style, into: region)
      let mark = Self.glyph(column.mark)
      region.set(row: height, column: start + index, Cell(mark.0, style: mark.1))
    }
    // Only the marks: a bar in reverse would look like another value.
    if let cursor {
      let columns = start + cursor.lowerBound..<start + cursor.upperBound
      region.emphasize(row: height, columns: columns, .reverse)
    }
  }

  private func drawValue(
    _ column: LaneColumn, height: Int, at x: Int, range: ValueRange, _ style: Style,
    into region: Region
  ) {
    if let character = column.character {
      region.set(row: height - 1, column: x, Cell(character, style: style))
      return
    }
    guard let value = column.value else {
      // Padding and warm-up have no value to compare; their sign stands on the ground line.
      let mark = Self.glyph(column.mark)
      if column.mark != .valid {
        region.set(row: height - 1, column: x, Cell(mark.0, style: mark.1))
      }
      return
    }
    guard height > 1, value.isFinite else {
      region.sparkline(row: height - 1, column: x, [value], range: range, style)
      return
    }
    let level = range.level(value, of: height * 8) + 1
    for row in 0..<height {
      let eighths = min(8, level - 8 * row)
      guard eighths > 0 else { break }
      let part = ValueRange(low: 0, high: 8)
      region.sparkline(
        row: height - 1 - row, column: x, [Float(eighths) - 0.5], range: part, style)
    }
  }

  static func style(_ kind: Lane.Kind) -> Style {
    switch kind {
    case .input: .role(.input)
    case .step: .role(.step)
    case .layer: .role(.layer)
    case .selected: .role(.selected)
    case .expected: .role(.expected)
    }
  }

  private static func glyph(_ mark: LaneColumn.Mark) -> (Unicode.Scalar, Style) {
    switch mark {
    // A line in the middle of its cell: lanes do not touch, and in reverse it is still a line.
    case .valid: ("━", .role(.good))
    case .mixed: ("╍", .role(.good))
    case .padding: ("·", .role(.padding))
    case .warmUp: ("w", .role(.warmUp))
    case .none: (" ", .plain)
    }
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    let length = model.view.position.inputLength
    guard length > 0 else { return [] }
    let zoom = model[Self.self].zoom
    let shown = zoom > 0 ? max(1, length >> zoom) : length
    let columns = model.request.of(Self.self)?.columns ?? length
    let step = max(1, shown / max(1, columns))
    switch action {
    case .move(.left), .move(.up): moveCursor(by: -step, &model)
    case .move(.right), .move(.down): moveCursor(by: step, &model)
    case .page(.up): moveCursor(by: -shown / 4, &model)
    case .page(.down): moveCursor(by: shown / 4, &model)
    case .first: model.cursorTime = 0
    case .last: model.cursorTime = length - 1
    case .own(.zoomIn): if length >> zoom > 8 { model[Self.self].zoom += 1 }
    case .own(.zoomOut): model[Self.self].zoom = max(0, zoom - 1)
    case .own(.followPosition): model.cursorTime = nil
    case .enter: return model.perform(.perform("goto i:\(cursorTime(model))"))
    default: break
    }
    return []
  }

  private func moveCursor(by step: Int, _ model: inout AppModel) {
    let length = model.view.position.inputLength
    model.cursorTime = min(max(0, cursorTime(model) + step), length - 1)
  }

  package func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    guard let lanes = model.view[Self.self] else { return [] }
    let columns = Self.laneColumns(size.columns)
    let column = place.column - Self.nameWidth - 1
    guard lanes.count > 0, column >= 0, column < columns else { return [] }
    let time = lanes.time(ofColumn: column, among: columns)
    model.cursorTime = min(max(0, time), max(0, model.view.position.inputLength - 1))
    return []
  }
}

extension PanelAction {
  fileprivate static let zoomIn = PanelAction("show half as much time")
  fileprivate static let zoomOut = PanelAction("show twice as much time")
  fileprivate static let followPosition = PanelAction("follow the position")
}
