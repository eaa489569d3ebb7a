import TerminalUI

/// A name and columns of numbers, each as wide as what stands in it: numbers never touch.
struct NumberTable {
  /// A line of the table.
  struct Line {
    var name: String
    var cells: [String]
    var isSelected = false
    /// What stands in the place of the numbers, such as why there are none.
    var note: String?
  }

  var heads: [String]
  var lines: [Line]

  private static let leastName = 8

  func draw(into region: Region) {
    let widths = heads.indices.map { column in
      lines.reduce(heads[column].columns) { widest, line in
        line.cells.indices.contains(column) ? max(widest, line.cells[column].columns) : widest
      }
    }
    let longest = lines.reduce("layer".columns) { max($0, $1.name.columns) }
    let least = min(longest, Self.leastName)
    func room(_ gap: Int, _ count: Int) -> Int {
      region.columns - 2 - widths.prefix(count).reduce(0) { $0 + $1 + gap }
    }
    // A number that is cut would be another number: what does not fit is left out whole.
    let gap = room(2, widths.count) >= least ? 2 : 1
    let count = (0...widths.count).last { room(gap, $0) >= least } ?? 0
    let name = max(least, min(longest, room(gap, count)))
    var end = 1 + name
    let ends = widths.prefix(count).map { width in
      end += width + gap
      return end
    }
    region.text(row: 0, column: 1, "layer", .role(.faint))
    for (head, end) in zip(heads, ends) { region.textRight(row: 0, end: end, head, .role(.faint)) }
    let names = ShortNames.fitted(lines.map(\.name), name)
    for (row, line) in lines.enumerated() {
      region.text(row: row + 1, column: 1, names[row])
      if let note = line.note {
        let room = region.columns - name - 4
        region.text(
          row: row + 1, column: name + 3, TextFormatting.fitted(note, room), .role(.caution))
      }
      for (cell, end) in zip(line.cells, ends) {
        let isPlain = cell != "0" && cell != "–"
        region.textRight(row: row + 1, end: end, cell, isPlain ? .plain : .role(.faint))
      }
      if line.isSelected {
        region.emphasize(row: row + 1, columns: 0..<region.columns, .bold)
      }
    }
  }
}
