package import TerminalUI

/// The keys that are valid now, in the last line of the screen.
package enum Footer {
  /// One key with its words, and where it stands.
  package struct Item: Hashable, Sendable {
    package var key: String
    package var label: String
    package var columns: Range<Int>
    package var action: Action
  }

  /// As many as fit, the panel's own first.
  package static func items(_ model: AppModel) -> [Item] {
    var items: [Item] = []
    var column = 1
    for (key, label, action) in words(model) {
      let width = key.columns + 1 + label.columns
      guard column + width < model.size.columns else { break }
      items.append(
        Item(key: key, label: label, columns: column..<column + width, action: action))
      column += width + 2
    }
    return items
  }

  private static func words(_ model: AppModel) -> [(String, String, Action)] {
    if model.help != nil {
      return [
        ("j k", "select", .help), ("/", "find", .filter), ("Enter", "do it", .enter),
        ("Esc", "close", .back),
      ]
    }
    if model.isFiltering {
      return [("Enter", "keep", .filter), ("^U", "clear", .filter), ("Esc", "leave", .back)]
    }
    let bindings = Keymap.bindings(model.focus, in: model.table)
    let labels = bindings.compactMap { binding -> (String, String, Action)? in
      guard let label = label(binding, model) else { return nil }
      return (binding.shown, label, binding.action)
    }
    if model.isSlow { return [("^C", "stop", .back)] + labels }
    // The ways to other panels, to the command line, to help and out are always there.
    let always: [Action] = [.focusNext, .commandLine, .help, .quit]
    let kept = labels.filter { always.contains($0.2) }
    let others = labels.filter { !always.contains($0.2) }
    let keptWidth = kept.reduce(0) { $0 + $1.0.columns + $1.1.columns + 3 }
    var room = model.size.columns - 2 - keptWidth
    let fitting = others.prefix { word in
      room -= word.0.columns + word.1.columns + 3
      return room >= 0
    }
    return fitting + kept
  }

  private static func label(_ binding: Binding, _ model: AppModel) -> String? {
    guard let label = binding.label else { return nil }
    if binding.action == .nextRow, model.view.facts.rowCount < 2 { return nil }
    if binding.action == .findDifference, model.view.verdict?.isEqual != false { return nil }
    if binding.action == .decode, !model.view.facts.decodes { return nil }
    if binding.action == .enlarge, model.isEnlarged { return "shrink" }
    guard binding.action == .perform("undo") else {
      return model.table.panel(model.focus).map { $0.label(binding, model) } ?? label
    }
    return model.view.undoName.map { "undo: \($0)" }
  }

  package static func draw(_ model: AppModel, into region: Region) {
    for item in items(model) {
      let column = item.columns.lowerBound
      let used = region.text(row: 0, column: column, item.key, .role(.key))
      region.text(row: 0, column: column + used + 1, item.label)
    }
  }
}
