/// The help screen of one panel.
package struct HelpView: Hashable, Sendable {
  package var title: String
  package var selected: Int
  /// Only keys whose words have this are listed.
  package var find = ""
  package var isFinding = false

  /// All keys of the panel, and the lines before them.
  package var all: [Binding]
  package var about: [String]

  /// The help of a panel or of the command line.
  package init(_ id: PanelID, in table: PanelTable, selected: Int = 0) {
    let panel = table.panel(id)
    title = panel?.title ?? "Command line"
    about = panel?.about ?? []
    all = Keymap.bindings(id, in: table)
    self.selected = selected
  }

  package var bindings: [Binding] {
    guard !find.isEmpty else { return all }
    let wanted = find.lowercased()
    return all.filter { "\($0.shown) \($0.help)".lowercased().contains(wanted) }
  }

  /// How many lines it would take in all.
  package var lineCount: Int { all.count + 2 * about.count }
}
