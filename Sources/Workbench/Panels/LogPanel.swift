import TerminalUI

/// What was done and what was answered, newest at the bottom.
struct LogPanel: Panel {
  let title = "Log"
  let about = [
    "› a command  = it is right  ! it failed. The session itself keeps every event: log."
  ]

  /// How much of it is not seen; an answer that is longer than the panel must be known to be.
  func note(_ model: AppModel) -> String {
    guard model.logScroll == 0 else { return "\(model.logScroll) lines below" }
    let rows = (model.layout.panels[.log]?.rows ?? 0) - 2
    let answer = model.log.count - (model.log.lastIndex { $0.tone == .command } ?? 0)
    guard answer > rows else { return "" }
    let way = model.focus == .log ? "k" : model.focus == .commandLine ? "Esc 6 z" : "6 z"
    return "\(answer - rows) lines of the answer above: \(way)"
  }

  func draw(_ model: AppModel, into region: Region) {
    guard !model.log.isEmpty else {
      region.text(row: 0, column: 1, "Commands and their answers appear here.", .role(.faint))
      return
    }
    Self.draw(model.log.dropLast(model.logScroll), into: region)
  }

  /// The last lines that fit, long ones over several rows.
  static func draw(_ log: ArraySlice<OutputLine>, into region: Region) {
    var rows: [(line: OutputLine, text: String, isFirst: Bool)] = []
    for line in log.reversed() where rows.count < region.rows {
      let wrapped = Words.wrapped(line.text, region.columns - 3)
      for (index, text) in wrapped.enumerated().reversed() {
        rows.append((line, text, index == 0))
      }
    }
    for (row, entry) in rows.prefix(region.rows).reversed().enumerated() {
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

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    switch action {
    case .move(.up): model.logScroll += 1
    case .move(.down): model.logScroll -= 1
    case .page(.up): model.logScroll += 10
    case .page(.down): model.logScroll -= 10
    case .first: model.logScroll = Self.farthest(model)
    case .last: model.logScroll = 0
    default: break
    }
    model.logScroll = min(max(0, model.logScroll), Self.farthest(model))
    return []
  }

  /// How far it can be scrolled: to where the first lines fill the panel.
  private static func farthest(_ model: AppModel) -> Int {
    guard let rect = model.layout.panels[.log] else { return 0 }
    var room = rect.rows - 2
    let first = model.log.prefix { line in
      room -= Words.wrapped(line.text, rect.columns - 5).count
      return room >= 0
    }
    return model.log.count - first.count
  }
}
