import Diagnostics
import TerminalUI

// Below the lanes: the time axis and the numbers under the cursor.
extension SequencePanel {
  func drawRuler(
    _ model: AppModel, _ lanes: LanesView, cursor: Range<Int>?, row: Int, into region: Region
  ) {
    let start = Self.nameWidth + 1
    let end = start + Self.laneColumns(region.columns)
    region.text(row: row, column: 1, "t", .role(.faint))
    let taken = cursor.map { drawCursor(model, at: start + $0.lowerBound, row: row, into: region) }
    // An end of the axis that the cursor's words would touch is left out.
    let first = NumberText.grouped(lanes.start)
    if taken.map({ $0.lowerBound > start + first.columns }) ?? true {
      region.text(row: row, column: start, first, .role(.faint))
    }
    let last = NumberText.grouped(lanes.start + max(0, lanes.count - 1))
    if taken.map({ $0.upperBound < end - last.columns }) ?? true {
      region.textRight(row: row, end: end, last, .role(.faint))
    }
  }

  /// The arrow with the time under it, and the columns that both take.
  private func drawCursor(_ model: AppModel, at column: Int, row: Int, into region: Region)
    -> Range<Int>
  {
    let time = cursorTime(model)
    var words = NumberText.grouped(time)
    if let rate = model.view.facts.sampleRateHz, rate > 0 {
      words += " · \(TextFormatting.seconds(time, rate))"
    }
    // Where they would leave the screen, the words stand to the left of the arrow.
    let isRight = column + 2 + words.columns < region.columns
    let text = isRight ? "▲ \(words)" : "\(words) ▲"
    let start = isRight ? column : column + 1 - text.columns
    region.text(row: row, column: start, text, .role(.key))
    return start..<start + text.columns
  }

  /// The values under the cursor: as many channels of each lane as fit.
  func drawNumbers(_ lanes: LanesView, rows: Range<Int>, into region: Region) {
    let half = (lanes.lanes.count + 1) / 2
    let groups =
      rows.count > 1
      ? [Array(lanes.lanes.prefix(half)), Array(lanes.lanes.dropFirst(half))] : [lanes.lanes]
    for (row, group) in zip(rows, groups) {
      let fits = (1...4).last { Self.width(group, values: $0) <= region.columns } ?? 1
      region.spans(row: row, Self.spans(group, values: fits))
    }
  }

  private static func width(_ lanes: [Lane], values: Int) -> Int {
    spans(lanes, values: values).reduce(0) { $0 + $1.0.columns }
  }

  /// Names and values; a time is said once for the lanes that share it.
  private static func spans(_ lanes: [Lane], values: Int) -> [(String, Style)] {
    var spans: [(String, Style)] = []
    var time = ""
    for lane in lanes {
      let point = lane.underCursor
      spans.append((" \(TextFormatting.fitted(lane.name, 12)) ", style(lane.kind)))
      if point.time != time { spans.append(("\(point.time) ", .role(.faint))) }
      time = point.time
      let shown = point.values.prefix(values)
      let more = point.channelCount > shown.count ? " …" : ""
      spans.append(("\(shown.joined(separator: " "))\(more) ", .plain))
    }
    return spans
  }
}
