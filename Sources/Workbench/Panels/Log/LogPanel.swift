package import TerminalUI

/// What was done and what was answered, newest at the bottom.
package struct LogPanel: Panel {
  package static let id = PanelID("log")
  package let title = "Log"
  package let key: Character = "6"
  package let help = "log"
  package let place = PanelPlace(wide: .lowerLeft, large: .lowerLeft)

  package struct State: PanelState {
    /// Lines between the end of the log and the end of its panel.
    package var scroll = 0

    package init() {}
  }
  package let about = [
    "› a command  = it is right  ! it failed. The session itself keeps every event: log."
  ]

  /// How much of it is not seen; an answer that is longer than the panel must be known to be.
  package func note(_ model: AppModel) -> String {
    guard model[Self.self].scroll == 0 else { return "\(model[Self.self].scroll) lines below" }
    guard let rect = model.layout.panels[Self.id] else { return "" }
    let rows = Self.answer(model.log).reduce(0) {
      $0 + TextFormatting.wrapped($1.text, rect.columns - 5).count
    }
    let hidden = rows - (rect.rows - 2)
    guard hidden > 0 else { return "" }
    let count = "\(hidden) more \(hidden == 1 ? "row" : "rows") of the answer"
    guard model.focus != Self.id else { return "\(count) above: k" }
    return "\(count): \(model.focus == .commandLine ? "Esc " : "")6 z"
  }

  package func command(_ model: AppModel) -> String? { "log" }

  package func draw(_ model: AppModel, into region: Region) {
    guard !model.log.isEmpty else {
      region.text(row: 0, column: 1, "Commands and their answers appear here.", .role(.faint))
      return
    }
    if model.focus == Self.id {
      Self.draw(model.log.dropLast(model[Self.self].scroll), into: region)
    } else {
      Self.drawTail(model.log, into: region)
    }
  }

  /// What the last command answered.
  private static func answer(_ log: [OutputLine]) -> ArraySlice<OutputLine> {
    log[(log.lastIndex { $0.tone == .command }.map { $0 + 1 } ?? log.endIndex)...]
  }

  /// The last lines that fit; of an answer that is longer its first ones, which say what matters.
  static func drawTail(_ log: [OutputLine], into region: Region) {
    let answer = answer(log).prefix(region.rows + 1).flatMap { rows(of: $0, region) }
    if answer.count > region.rows {
      draw(answer[..<region.rows], into: region)
    } else {
      draw(log[...], into: region)
    }
  }

  /// The last lines that fit, long ones over several rows.
  static func draw(_ log: ArraySlice<OutputLine>, into region: Region) {
    var shown: [Row] = []
    for line in log.reversed() where shown.count < region.rows {
      shown = rows(of: line, region) + shown
    }
    draw(shown.suffix(region.rows), into: region)
  }

  /// A row of the panel: a line, or one of the parts that it was wrapped into.
  private struct Row {
    var line: OutputLine
    var text: String
    var isFirst: Bool
  }

  private static func rows(of line: OutputLine, _ region: Region) -> [Row] {
    TextFormatting.wrapped(line.text, region.columns - 3).enumerated().map { index, text in
      Row(line: line, text: text, isFirst: index == 0)
    }
  }

  private static func draw(_ rows: ArraySlice<Row>, into region: Region) {
    for (row, entry) in rows.enumerated() {
      draw(entry.line, entry.text, isFirst: entry.isFirst, into: region.part(row: row, rows: 1))
    }
  }

  /// One row, with the sign of its meaning before the first.
  private static func draw(
    _ line: OutputLine, _ text: String, isFirst: Bool, into region: Region
  ) {
    let indent = isFirst ? 2 : 4
    switch line.tone {
    case .command: region.text(row: 0, column: isFirst ? 0 : 2, text, .role(.title))
    case .plain: region.text(row: 0, column: indent, text)
    case .good: region.spans(row: 0, [(isFirst ? "= " : "    ", .role(.good)), (text, .plain)])
    case .bad: region.spans(row: 0, [(isFirst ? "! " : "    ", .role(.bad)), (text, .role(.bad))])
    case .hint: region.text(row: 0, column: indent, text, .role(.faint))
    }
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    switch action {
    case .move(.up): model[Self.self].scroll += 1
    case .move(.down): model[Self.self].scroll -= 1
    case .page(.up): model[Self.self].scroll += 10
    case .page(.down): model[Self.self].scroll -= 10
    case .first: model[Self.self].scroll = Self.farthest(model)
    case .last: model[Self.self].scroll = 0
    default: break
    }
    model[Self.self].scroll = min(max(0, model[Self.self].scroll), Self.farthest(model))
    return []
  }

  /// How far it can be scrolled: to where the first lines fill the panel.
  private static func farthest(_ model: AppModel) -> Int {
    guard let rect = model.layout.panels[Self.id] else { return 0 }
    var room = rect.rows - 2
    let first = model.log.prefix { line in
      room -= TextFormatting.wrapped(line.text, rect.columns - 5).count
      return room >= 0
    }
    return model.log.count - first.count
  }
}
