/// How the lines of a table are cut into cells, and what numbers look like in them.
struct TableSyntax {
  /// The separator of two cells; nil for any number of blanks.
  let separator: UInt8?

  private static let blanks: Set<UInt8> = [0x20, 0x09]

  /// The syntax of a table that begins with this line.
  init(firstLine: ArraySlice<UInt8>) {
    separator = [0x09, UInt8(ascii: ";"), UInt8(ascii: ",")].first(where: firstLine.contains)
  }

  /// The cells of a line, without the blanks and quotes around them.
  func cells(_ line: ArraySlice<UInt8>) -> [String] {
    guard let separator else {
      return line.split(whereSeparator: TableSyntax.blanks.contains).map(TableSyntax.text)
    }
    var cells: [String] = []
    var start = line.startIndex
    var isQuoted = false
    for index in line.indices {
      if line[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard line[index] == separator, !isQuoted else { continue }
      cells.append(TableSyntax.text(line[start..<index]))
      start = index + 1
    }
    cells.append(TableSyntax.text(line[start...]))
    return cells
  }

  private static func text(_ cell: ArraySlice<UInt8>) -> String {
    let start = cell.firstIndex { !blanks.contains($0) } ?? cell.endIndex
    let end = cell.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? start
    let text = String(decoding: cell[start..<max(start, end)], as: UTF8.self)
    guard text.utf8.count > 1, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
    return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  /// What other programs write where there is no value.
  private static let missing: Set<String> = ["", "NA", "N/A", "null", "NULL", "None"]

  /// The number in a cell, NaN for a missing one; nil if it is something else.
  ///
  /// Where no comma parts cells it is a decimal point, as in half of Europe.
  func number(_ cell: String) -> Float? {
    if let value = Float(cell) { return value }
    if TableSyntax.missing.contains(cell) { return .nan }
    switch cell {
    case "True", "true", "TRUE": return 1
    case "False", "false", "FALSE": return 0
    default: break
    }
    guard let separator, separator != UInt8(ascii: ","), !cell.contains(".") else { return nil }
    return Float(cell.replacing(",", with: "."))
  }
}
