import TerminalUI

/// What a panel shows, and its keys, one of which can be chosen and done.
enum HelpScreen {
  static func draw(_ help: HelpView, into region: Region) {
    let find = help.isFinding ? "/\(help.find)▏" : help.find.isEmpty ? "" : "/\(help.find)  "
    let frame = region.frame(
      title: "Help: \(help.title)", note: "\(find)Enter does it", focused: true)
    frame.clear()
    let about = help.about.flatMap { TextFormatting.wrapped($0, frame.columns - 4) }
    // What signs mean is of no use when it leaves no room for keys.
    let head = about.count + 6 < frame.rows ? about : []
    for (row, line) in head.enumerated() { frame.text(row: row, column: 2, line, .role(.faint)) }
    let list = frame.part(row: head.count, rows: frame.rows - head.count)
    let bindings = help.bindings
    guard !bindings.isEmpty else {
      list.text(row: 0, column: 2, "no key does '\(help.find)'", .role(.faint))
      return
    }
    let rows = list.rows
    let first = min(max(0, help.selected - rows / 2), max(0, bindings.count - rows))
    for (offset, binding) in bindings.dropFirst(first).prefix(rows).enumerated() {
      let line = list.part(row: offset, rows: 1)
      line.text(row: 0, column: 2, binding.shown, .role(.key))
      line.text(row: 0, column: 10, binding.help)
      if case .perform(let command) = binding.action {
        line.textRight(row: 0, end: line.columns - 2, command, .role(.faint))
      }
      if first + offset == help.selected {
        line.text(row: 0, "›", .role(.key))
        line.emphasize(row: 0, columns: 0..<line.columns, .reverse)
      }
    }
  }
}
