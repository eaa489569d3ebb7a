import TerminalUI

/// The keys of one panel, one of which can be chosen and done.
enum HelpScreen {
  static func draw(_ help: HelpView, into region: Region) {
    let title = help.panel == .commandLine ? "Command line" : Panels.panel(help.panel).title
    let frame = region.frame(title: "Help: \(title)", note: "Enter does it", focused: true)
    frame.clear()
    let rows = frame.rows
    let bindings = help.bindings
    let first = min(max(0, help.selected - rows / 2), max(0, bindings.count - rows))
    for (offset, binding) in bindings.dropFirst(first).prefix(rows).enumerated() {
      let line = frame.part(row: offset, rows: 1)
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
