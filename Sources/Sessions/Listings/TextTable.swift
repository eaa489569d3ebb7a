import Diagnostics
package import Tensors

/// Columns of text, aligned.
enum TextTable {
  static func lines(_ rows: [[String]], rightAligned: Set<Int> = []) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line +=
          (column == 0 ? "" : "  ")
          + (rightAligned.contains(column) ? padding + cell : cell + padding)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

/// A table for people, and its numbers for a file.
package struct ListingTable {
  /// What is printed.
  package var lines: [String]
  /// The numbers, a row a line; -1 where there is none.
  package var numbers: Tensor
  /// What the columns of the numbers are.
  package var columns: [String]

  init(_ lines: [String], _ columns: [String], _ numbers: [[Double]]) {
    self.lines = lines
    self.columns = columns
    self.numbers = Tensor(numbers.flatMap { $0 }, shape: [numbers.count, columns.count])
  }
}

/// Numbers of an array for a terminal, a line a row of its last axis.
enum TensorLines {
  private static let mostLines = 40
  private static let mostColumns = 12

  static func lines(_ tensor: Tensor) -> [String] {
    guard tensor.count > 0 else { return ["empty"] }
    guard tensor.rank > 0 else { return [text(tensor, 0)] }
    let width = tensor.shape[tensor.rank - 1]
    let outer = tensor.count / max(width, 1)
    let strides = Array(tensor.shape.dropLast()).rowMajorStrides
    var rows: [[String]] = []
    for line in 0..<min(outer, mostLines) {
      let index = zip(strides, tensor.shape).map { line / $0 % max($1, 1) }
      var row = tensor.rank == 1 ? [] : ["\(index)"]
      for column in 0..<min(width, mostColumns) { row.append(text(tensor, line * width + column)) }
      if width > mostColumns { row.append("… \(width - mostColumns) more") }
      rows.append(row)
    }
    let all = Set((tensor.rank == 1 ? 0 : 1)...(mostColumns + 1))
    var lines = TextTable.lines(rows, rightAligned: all)
    if outer > mostLines { lines.append("… \(outer - mostLines) more lines") }
    return lines
  }

  private static func text(_ tensor: Tensor, _ position: Int) -> String {
    if tensor.dtype == .bool { return tensor.double(at: position) == 0 ? "·" : "1" }
    return NumberText.short(tensor.double(at: position))
  }
}
