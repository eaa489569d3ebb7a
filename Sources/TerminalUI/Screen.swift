/// A grid of cells with a cursor: what a driver shows.
package struct Screen: Hashable, Sendable {
  package let size: Size
  package private(set) var cells: [Cell]
  /// The position of the cursor; nil hides it.
  package var cursor: Position?

  /// A place on a screen.
  package struct Position: Hashable, Sendable {
    package var row: Int
    package var column: Int

    package init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  package init(_ size: Size) {
    self.size = Size(rows: max(0, size.rows), columns: max(0, size.columns))
    cells = Array(repeating: Cell(), count: self.size.rows * self.size.columns)
  }

  package subscript(row: Int, column: Int) -> Cell {
    get { cells[row * size.columns + column] }
    set { cells[row * size.columns + column] = newValue }
  }

  /// The cells of one row.
  package func row(_ row: Int) -> ArraySlice<Cell> {
    cells[row * size.columns..<(row + 1) * size.columns]
  }

  /// One row as text, without blanks at its end.
  package func line(_ row: Int) -> String {
    var text = String.UnicodeScalarView()
    for cell in self.row(row) where !cell.isRightHalf {
      if let scalar = Unicode.Scalar(cell.scalar) { text.append(scalar) }
      if cell.combining != 0, let mark = Unicode.Scalar(cell.combining) { text.append(mark) }
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// The whole screen as text.
  package var text: String {
    (0..<size.rows).map(line).joined(separator: "\n")
  }
}
