import Sessions
import Tensors

/// Lays one state leaf out in two dimensions, and cuts the window that the panel shows.
struct StateBuilder {
  let session: Session
  let request: ViewRequest
  let path: String
  let row: Int

  func state() -> StateView? {
    let count = session.leafCount(path)
    guard request.stateRows > 0, count > 0 else { return nil }
    let index = min(request.leaf, count - 1)
    guard let leaf = session.leaf(index, of: path) else { return nil }
    // The batch is the first axis of every leaf.
    let shape = Array(leaf.value.shape.dropFirst())
    let elements = shape.reduce(1, *)
    let start = min(row, max(0, (leaf.value.shape.first ?? 1) - 1)) * elements
    let columns = max(1, shape.last ?? 1)
    let rows = elements / columns
    let values = (0..<elements).map { Float(leaf.value.double(at: start + $0)) }
    let finite = values.filter(\.isFinite)
    let cursorRow = min(request.stateCursor.row, max(0, rows - 1))
    let cursorColumn = min(request.stateCursor.column, max(0, columns - 1))
    let firstRow = Self.first(cursorRow, shown: request.stateRows, of: rows)
    let firstColumn = Self.first(cursorColumn, shown: request.stateColumns, of: columns)
    let shownRows = firstRow..<min(rows, firstRow + request.stateRows)
    let shownColumns = firstColumn..<min(columns, firstColumn + request.stateColumns)
    let place = cursorRow * columns + cursorColumn
    return StateView(
      facet: "\(request.path):state.\(leaf.name)", leafIndex: index, leafCount: count,
      shape: "\(leaf.value.shape)", dtype: leaf.value.dtype.shortName,
      isChanged: leaf.isChanged, nanCount: values.count { $0.isNaN },
      minimum: finite.min() ?? 0, maximum: finite.max() ?? 0,
      mean: finite.isEmpty ? 0 : finite.reduce(0, +) / Float(finite.count),
      rowNames: shownRows.map { ViewBuilder.index($0, of: shape.dropLast()) },
      values: shownRows.map { r in shownColumns.map { values[r * columns + $0] } },
      firstRow: firstRow, firstColumn: firstColumn, rowCount: rows, columnCount: columns,
      cursorIndex: cursorIndex(place, shape),
      cursorValue: values.indices.contains(place)
        ? Tensors.NumberText.short(Double(values[place]), digits: 6) : "empty")
  }

  private func cursorIndex(_ place: Int, _ shape: [Int]) -> String {
    let inner =
      shape.isEmpty
      ? ""
      : ", "
        + ViewBuilder.index(place, of: shape)
        .split(separator: ",").joined(separator: ", ")
    return "[\(row)\(inner)]"
  }

  /// Where a window begins that shows the cursor, in the middle if it can.
  private static func first(_ cursor: Int, shown: Int, of count: Int) -> Int {
    min(max(0, cursor - shown / 2), max(0, count - shown))
  }
}
