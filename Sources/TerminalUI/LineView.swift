/// The visible part of a line being edited: prompt and text, scrolled so that the cursor is seen.
package struct LineView: Hashable, Sendable {
  package var text: String
  /// The cursor's column.
  package var cursor: Int

  /// A view of `width` columns; `point` is the cursor as a byte offset into `line`.
  package init(prompt: String, line: String, point: Int, width: Int) {
    var pieces: [(text: String, columns: Int)] = []
    for scalar in prompt.unicodeScalars where scalar.columns > 0 {
      pieces.append((String(scalar.printable), scalar.columns))
    }
    var cursorPiece = pieces.count
    var bytes = 0
    for scalar in line.unicodeScalars {
      if scalar.columns == 0, !pieces.isEmpty {
        pieces[pieces.count - 1].text.unicodeScalars.append(scalar)
      } else {
        pieces.append(Self.shown(scalar))
      }
      bytes += UTF8.width(scalar)
      if bytes <= point { cursorPiece = pieces.count }
    }
    var column = pieces[..<cursorPiece].reduce(0) { $0 + $1.columns }
    var first = 0
    while column >= width, first < cursorPiece {
      column -= pieces[first].columns
      first += 1
    }
    text = pieces[first...].map(\.text).joined()
    cursor = column
  }

  private static func shown(_ scalar: Unicode.Scalar) -> (text: String, columns: Int) {
    if scalar == "\n" { return ("⏎", 1) }
    if scalar.value < 0x20, let letter = Unicode.Scalar(scalar.value + 0x40) {
      return ("^\(letter)", 2)
    }
    return (String(scalar.printable), scalar.columns)
  }
}
