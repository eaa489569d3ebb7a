import TerminalUI

/// What was done and what was answered, newest at the bottom.
struct LogPanel: Panel {
  let title = "Log"

  func note(_ model: AppModel) -> String {
    model.logScroll > 0 ? "\(model.logScroll) lines below" : ""
  }

  func draw(_ model: AppModel, into region: Region) {
    guard !model.log.isEmpty else {
      region.text(row: 0, column: 1, "Commands and their answers appear here.", .role(.faint))
      return
    }
    let end = max(0, model.log.count - model.logScroll)
    let lines = model.log[..<end].suffix(region.rows)
    for (row, line) in lines.enumerated() {
      Self.draw(line, into: region.part(row: row, rows: 1))
    }
  }

  /// One line, with the sign of its meaning before it.
  static func draw(_ line: OutputLine, into region: Region) {
    switch line.tone {
    case .command: region.text(row: 0, line.text, .role(.title))
    case .plain: region.text(row: 0, column: 2, line.text)
    case .good: region.spans(row: 0, [("= ", .role(.good)), (line.text, .plain)])
    case .bad: region.spans(row: 0, [("! ", .role(.bad)), (line.text, .role(.bad))])
    case .hint: region.text(row: 0, column: 2, line.text, .role(.faint))
    }
    if line.text.columns > region.columns - 2 {
      region.textRight(row: 0, end: region.columns, "…", .role(.faint))
    }
  }

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    switch action {
    case .move(.up): model.logScroll += 1
    case .move(.down): model.logScroll -= 1
    case .page(.up): model.logScroll += 10
    case .page(.down): model.logScroll -= 10
    case .first: model.logScroll = model.log.count
    case .last: model.logScroll = 0
    default: break
    }
    model.logScroll = min(max(0, model.logScroll), max(0, model.log.count - 1))
    return []
  }
}
