import TerminalUI

/// Where the user looks in a panel that is a table, a line an entry.
package struct TableState: PanelState {
  /// The entry that is requested at the top.
  package var first = 0

  package init() {}

  /// The entry that stands at the top, where the last ones fill the rows.
  func top(rows: Int, of count: Int) -> Int { min(first, max(0, count - rows)) }
}

extension Panel where State == TableState {
  /// Moves in a table of so many entries.
  func scroll(_ action: Action, count: Int, in model: inout AppModel) {
    var first = model[Self.self].first
    switch action {
    case .move(.up): first -= 1
    case .move(.down): first += 1
    case .page(.up): first -= 10
    case .page(.down): first += 10
    case .first: first = 0
    case .last: first = count - 1
    default: break
    }
    model[Self.self].first = min(max(0, first), max(0, count - 1))
  }

  /// Draws the heads and as many entries as there is room for, and says how many are below.
  func drawTable<Entry>(
    _ entries: [Entry], heads: [String], called noun: String, _ model: AppModel,
    into region: Region,
    line: (Entry) -> NumberTable.Line
  ) {
    let room = region.rows - 1
    let first = model[Self.self].top(rows: room, of: entries.count)
    let count = entries.count - first > room ? room - 1 : room
    NumberTable(heads: heads, lines: entries.dropFirst(first).prefix(count).map(line))
      .draw(into: region)
    let hidden = entries.count - first - count
    if hidden > 0 {
      region.text(row: region.rows - 1, column: 1, "… \(hidden) more \(noun)", .role(.faint))
    }
  }
}
