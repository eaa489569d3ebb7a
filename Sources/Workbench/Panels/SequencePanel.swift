import Tensors
import TerminalUI

/// Lanes along input time: values and what of them is valid, for the input, both outputs and the
/// selected layer.
///
/// The cursor's timestep is the same column in every lane.
struct SequencePanel: Panel {
  let title = "Sequence"

  let bindings: [Binding] = [
    Binding(
      [.left, .character("h")], "h l", label: "time", "move the cursor in time", .move(.left)),
    Binding([.right, .character("l")], "l →", "move the cursor on", .move(.right)),
    Binding(
      [.character("+"), .character("=")], "+", label: "zoom", "show half as much time",
      .zoomIn),
    Binding([.character("-")], "-", "show twice as much time", .zoomOut),
    Binding([.character(".")], ".", "let the cursor follow the position again", .followPosition),
    Binding([.enter], "Enter", "go to the step under the cursor", .enter),
  ]

  private static let nameWidth = 7

  /// Lanes stand between their names and a blank at the end.
  static func laneColumns(_ columns: Int) -> Int { max(1, columns - nameWidth - 2) }

  func note(_ model: AppModel) -> String {
    let facts = model.view.facts
    guard facts.rowCount > 0 else { return "" }
    let length = facts.rowLengths.indices.contains(model.row) ? facts.rowLengths[model.row] : 0
    let all = NumberText.grouped(model.view.position.inputLength)
    return "row \(model.row) of \(facts.rowCount)  length \(NumberText.grouped(length)) of \(all)"
  }

  func draw(_ model: AppModel, into region: Region) {
    let lanes = model.view.lanes
    guard !lanes.lanes.isEmpty else {
      let text = model.isNew ? "Lanes of input and output appear here." : "No input yet: input FILE"
      region.text(row: 0, column: 1, text, .role(.faint))
      return
    }
    let columns = Self.laneColumns(region.columns)
    // Two rows at the bottom: the ruler and the numbers under the cursor.
    let room = region.rows - 2
    let height = max(1, min(4, room / lanes.lanes.count - 1))
    let cursor = lanes.column(of: cursorTime(model), columns: columns)
    var row = 0
    for lane in lanes.lanes where row + height < region.rows - 1 {
      draw(lane, height: height, cursor: cursor, into: region.part(row: row, rows: height + 1))
      row += height + 1
    }
    drawRuler(model, cursor: cursor, row: region.rows - 2, into: region)
    drawNumbers(lanes, row: region.rows - 1, into: region)
  }

  private func cursorTime(_ model: AppModel) -> Int {
    model.cursorTime ?? max(0, model.view.position.inputTime - 1)
  }

  private func draw(_ lane: Lane, height: Int, cursor: Int?, into region: Region) {
    let style = Self.style(lane.kind)
    let start = Self.nameWidth + 1
    region.text(row: height - 1, column: 1, Words.fitted(lane.name, Self.nameWidth - 1), style)
    region.text(row: height, column: 1, "valid", .role(.faint))
    let range = ValueRange(of: lane.columns.lazy.compactMap(\.value))
    for (index, column) in lane.columns.enumerated() where start + index < region.columns {
      drawValue(column, height: height, at: start + index, range: range, style, into: region)
      let mark = Self.glyph(column.mark)
      region.set(row: height, column: start + index, Cell(mark.0, style: mark.1))
    }
    let summary = " \(lane.summary) "
    // Never over marks: a lane that seems to end would tell a lie.
    let covered = lane.columns.suffix(max(0, summary.columns - 1))
    if !lane.summary.isEmpty, covered.allSatisfy({ $0.mark == .none }) {
      region.textRight(row: height, end: region.columns, summary, .role(.faint))
    }
    if let cursor {
      for row in 0...height {
        region.emphasize(row: row, columns: start + cursor..<start + cursor + 1, .reverse)
      }
    }
  }

  private func drawValue(
    _ column: LaneColumn, height: Int, at x: Int, range: ValueRange, _ style: Style,
    into region: Region
  ) {
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

  private func drawRuler(_ model: AppModel, cursor: Int?, row: Int, into region: Region) {
    let lanes = model.view.lanes
    let start = Self.nameWidth + 1
    let columns = Self.laneColumns(region.columns)
    region.text(row: row, column: 1, "t", .role(.faint))
    let first = NumberText.grouped(lanes.start)
    let last = NumberText.grouped(lanes.start + max(0, lanes.count - 1))
    region.text(row: row, column: start, first, .role(.faint))
    region.textRight(row: row, end: start + columns, last, .role(.faint))
    guard let cursor else { return }
    let time = cursorTime(model)
    var text = "▲ \(NumberText.grouped(time))"
    if let rate = model.view.facts.sampleRateHz, rate > 0 {
      text += " · \(Words.decimal(Double(time) / rate, digits: 3)) s"
    }
    let column = min(start + cursor, region.columns - text.columns)
    region.text(row: row, column: max(start, column - 1), " \(text) ", .role(.key))
  }

  private func drawNumbers(_ lanes: LanesView, row: Int, into region: Region) {
    var spans: [(String, Style)] = []
    for lane in lanes.lanes where !lane.underCursor.isEmpty {
      spans.append((" \(lane.name) ", Self.style(lane.kind)))
      spans.append((lane.underCursor + " ", .plain))
    }
    region.spans(row: row, spans)
  }

  private static func style(_ kind: Lane.Kind) -> Style {
    switch kind {
    case .input: .role(.input)
    case .step: .role(.step)
    case .layer: .role(.layer)
    case .selected: .role(.good)
    }
  }

  private static func glyph(_ mark: LaneColumn.Mark) -> (Unicode.Scalar, Style) {
    switch mark {
    case .valid: ("█", .role(.good))
    case .mixed: ("▒", .role(.good))
    case .padding: ("·", .role(.padding))
    case .warmUp: ("w", .role(.warmUp))
    case .none: (" ", .plain)
    }
  }

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    let length = model.view.position.inputLength
    guard length > 0 else { return [] }
    let shown = model.window?.count ?? length
    let step = max(1, shown / max(1, model.request.laneColumns))
    switch action {
    case .move(.left), .move(.up): moveCursor(by: -step, &model)
    case .move(.right), .move(.down): moveCursor(by: step, &model)
    case .page(.up): moveCursor(by: -shown / 4, &model)
    case .page(.down): moveCursor(by: shown / 4, &model)
    case .first: model.cursorTime = 0
    case .last: model.cursorTime = length - 1
    case .zoomIn: if length >> model.zoom > 8 { model.zoom += 1 }
    case .zoomOut: model.zoom = max(0, model.zoom - 1)
    case .followPosition: model.cursorTime = nil
    case .enter: return model.perform(.perform("goto i:\(cursorTime(model))"))
    default: break
    }
    return []
  }

  private func moveCursor(by step: Int, _ model: inout AppModel) {
    let length = model.view.position.inputLength
    model.cursorTime = min(max(0, cursorTime(model) + step), length - 1)
  }

  func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    let lanes = model.view.lanes
    let columns = Self.laneColumns(size.columns)
    let column = place.column - Self.nameWidth - 1
    guard lanes.count > 0, column >= 0, column < columns else { return [] }
    let time = lanes.start + column * lanes.count / columns
    model.cursorTime = min(max(0, time), max(0, model.view.position.inputLength - 1))
    return []
  }
}
