package import TerminalUI

/// One thing that keys do, with the words that help and footer show for it.
package struct Binding: Hashable, Sendable {
  package var keys: [Key]
  /// The keys as they are written for people.
  package var shown: String
  /// One or two words for the footer; nil keeps the binding out of it.
  package var label: String?
  /// A line for the help screen.
  package var help: String
  package var action: Action

  package init(
    _ keys: [Key], _ shown: String, label: String? = nil, _ help: String, _ action: Action
  ) {
    self.keys = keys
    self.shown = shown
    self.label = label
    self.help = help
    self.action = action
  }
}

/// Which key does what, as data: footer, help and dispatch read the same table.
package enum Keymap {
  /// Keys that hold in every panel but the command line.
  private static let everywhere: [Binding] = [
    Binding([.character("s")], "s", label: "step", "one step forward", .perform("step")),
    Binding([.character("b")], "b", label: "back", "one step back", .perform("back")),
    Binding(
      [.character("d")], "d", label: "diff",
      "select the first layer that differs, and its first place",
      .findDifference),
    Binding(
      [.character("g")], "g", label: "goto", "go to a time: a step, i:N, o:N, 2.36s, end",
      .prefill("goto ")),
    Binding(
      [.character("r")], "r", label: "run", "run to the end, flush included", .perform("run")),
    Binding(
      [.character("t")], "t", label: "token", "decode one more token, as the last decode did",
      .decode),
    Binding(
      [.character("u")], "u", label: "undo", "undo the last change of the document",
      .perform("undo")),
    Binding([.character("U")], "U", "redo what was undone", .perform("redo")),
    Binding(
      [.character("/")], "/", "find layers by path or kind", .filter),
    Binding([.tab], "Tab", label: "panel", "next panel", .focusNext),
    Binding([.backTab], "S-Tab", "panel before", .focusPrevious),
    Binding([.character("]")], "]", label: "row", "next row of the batch", .nextRow),
    Binding([.character("[")], "[", "row of the batch before", .previousRow),
    Binding([.character(":")], ":", label: "command", "the command line", .commandLine),
    Binding([.character("?")], "?", label: "help", "help of this panel", .help),
    Binding([.escape], "Esc", "all panels again, then the stack", .back),
    Binding(
      [.character("y")], "y", "print what this panel shows into the log, by its command",
      .printPanel),
    Binding([.character("z")], "z", label: "enlarge", "this panel alone, and back", .enlarge),
  ]

  /// Keys behind those of the panels.
  private static let ending: [Binding] = [
    Binding([.control("l")], "^L", "draw the screen anew", .repaint),
    Binding([.control("z")], "^Z", "stop; the shell's fg comes back", .suspend),
    Binding([.character("q")], "q", label: "quit", "leave; nothing is lost", .quit),
  ]

  /// Moving, alike in all panels that can be moved in.
  package static let moving: [Binding] = [
    Binding([.up, .character("k")], "k ↑", "up", .move(.up)),
    Binding([.down, .character("j")], "j ↓", "down", .move(.down)),
    Binding([.left, .character("h")], "h ←", "left", .move(.left)),
    Binding([.right, .character("l")], "l →", "right", .move(.right)),
    Binding([.pageUp], "PgUp", "a page up", .page(.up)),
    Binding([.pageDown], "PgDn", "a page down", .page(.down)),
    Binding([.home], "Home", "first", .first),
    Binding([.end], "End", "last", .last),
  ]

  /// Keys of the command line that are not the editor's own.
  package static let commandLine: [Binding] = [
    Binding([.escape], "Esc", label: "panels", "back to the panels; the line is kept", .back),
    Binding([.enter], "Enter", label: "run", "perform the line", .enter),
    Binding([.tab], "Tab", label: "complete", "complete the word", .enter),
    Binding([.control("r")], "^R", label: "search", "search the history", .enter),
    Binding([.up], "↑", label: "history", "the line before", .enter),
    Binding([.control("c")], "^C", label: "drop", "drop the line, or stop what runs", .enter),
    Binding([.control("d")], "^D", label: "quit", "leave, on an empty line", .quit),
  ]

  /// All bindings of a panel, its own first.
  package static func bindings(_ id: PanelID, in table: PanelTable) -> [Binding] {
    guard let panel = table.panel(id) else { return commandLine }
    let panels = table.panels.map { panel in
      Binding([.character(panel.key)], "\(panel.key)", panel.help, .focus(panel.id))
    }
    let taken = Set(panel.bindings.flatMap(\.keys))
    let common = moving + everywhere + panels + ending
    return panel.bindings + common.filter { taken.isDisjoint(with: $0.keys) }
  }

  /// What a key does in a panel.
  package static func action(_ key: Key, in panel: PanelID, _ table: PanelTable) -> Action? {
    bindings(panel, in: table).first { $0.keys.contains(key) }?.action
  }
}
