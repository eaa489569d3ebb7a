import Diagnostics
import Sessions
import Tensors

/// Lays one state leaf out in two dimensions, and cuts the window that the panel shows.
struct StateBuilder {
  let source: PanelSource
  let request: StatePanel.Request

  private var session: Session { source.session }
  private var path: String { source.path }
  private var row: Int { source.row }

  /// One row of the batch as a table.
  private struct Table {
    /// The shape without the batch.
    var shape: Shape
    var rows: Int
    var columns: Int
    /// The axis of time, where the leaf is a window.
    var windowAxis: Int?

    /// A leaf of one axis is broken into lines of `width`; of any other the last axis is a line, or
    /// of a window all of a timestep where that fits.
    init(shape: Shape, windowAxis: Int?, width: Int) {
      self.shape = shape
      self.windowAxis = windowAxis
      let elements = shape.reduce(1, *)
      let isLine = shape.count == 1
      let timestep = shape.dropFirst().reduce(1, *)
      let isWhole = windowAxis == 0 && !isLine && timestep <= width
      columns = max(1, isLine ? min(elements, max(1, width)) : isWhole ? timestep : shape.last ?? 1)
      rows = (elements + columns - 1) / columns
    }

    /// `t-4` in a window, otherwise the indices of the axes before the last.
    func name(_ row: Int) -> String {
      guard shape.count > 1 else {
        return windowAxis == 0 ? "t-\(shape[0] - row * columns)" : "\(row * columns)"
      }
      let outer = shape.dropLast()
      guard windowAxis == 0 else { return StateBuilder.index(row, of: Array(outer)) }
      let inner = max(1, shape.dropFirst().reduce(1, *) / columns)
      let time = "t-\(shape[0] - row / inner)"
      let rest = inner > 1 ? StateBuilder.index(row % inner, of: Array(outer.dropFirst())) : ""
      return rest.isEmpty ? time : "\(time) \(rest)"
    }
  }

  /// The view of a leaf; cursors beyond what there is are pulled back.
  func state(_ look: inout StatePanel.State) -> StateView? {
    let count = session.leafCount(path)
    guard request.rows > 0, count > 0 else {
      look = StatePanel.State()
      return nil
    }
    let index = min(look.leaf, count - 1)
    let leaves = (0..<count).compactMap { session.leaf($0, of: path) }
    guard leaves.indices.contains(index) else { return nil }
    let leaf = leaves[index]
    // The batch is the first axis of every leaf.
    let batch = leaf.value.shape.first ?? 1
    let shape = Array(leaf.value.shape.dropFirst())
    let elements = shape.reduce(1, *)
    let start = min(row, max(0, batch - 1)) * elements
    let table = Table(shape: shape, windowAxis: leaf.windowAxis, width: request.columns)
    let own = start..<start + elements
    let values = leaf.value.doubles()[own].map { Float($0) }
    let before = leaf.before.map { $0.doubles()[own].map { Float($0) } }
    let finite = values.filter(\.isFinite)
    let cursorRow = min(look.cursor.row, max(0, table.rows - 1))
    let cursorColumn = min(look.cursor.column, max(0, table.columns - 1))
    look.leaf = index
    look.cursor = GridPosition(row: cursorRow, column: cursorColumn)
    let firstRow = Self.first(cursorRow, shown: request.rows, of: table.rows)
    let firstColumn = Self.first(cursorColumn, shown: request.columns, of: table.columns)
    let shownRows = firstRow..<min(table.rows, firstRow + request.rows)
    let shownColumns = firstColumn..<min(table.columns, firstColumn + request.columns)
    let place = min(cursorRow * table.columns + cursorColumn, max(0, elements - 1))
    var view = StateView(
      facet: "\(path.shown):state.\(leaf.name)", leafIndex: index,
      leaves: leaves.map { leaf in
        StateView.Leaf(
          name: leaf.name, shape: "\(leaf.value.shape) \(leaf.value.dtype.shortName)",
          isChanged: leaf.isChanged, hasNaN: Self.hasNaN(leaf.value, row: row))
      },
      shape: "\(leaf.value.shape)", dtype: leaf.value.dtype.shortName, row: row,
      step: session.position, elementCount: elements, changedCount: Self.changed(values, before),
      nanCount: values.count { $0.isNaN }, minimum: finite.min() ?? 0,
      maximum: finite.max() ?? 0,
      mean: finite.isEmpty ? 0 : finite.reduce(0, +) / Float(finite.count),
      rowNames: shownRows.map(table.name),
      values: shownRows.map { r in
        shownColumns.compactMap { column in
          let place = r * table.columns + column
          return place < elements ? values[place] : nil
        }
      },
      firstRow: firstRow, firstColumn: firstColumn, rowCount: table.rows,
      columnCount: table.columns, cursorIndex: cursorIndex(place, shape),
      cursorValue: Self.text(values, place) ?? "empty",
      cursorBefore: before.flatMap { Self.text($0, place) }.flatMap { old in
        old == Self.text(values, place) ? nil : old
      })
    view.cache = leaf.cache
    return view
  }

  private static func changed(_ values: [Float], _ before: [Float]?) -> Int? {
    guard let before else { return nil }
    return zip(values, before).count { $0.bitPattern != $1.bitPattern }
  }

  /// Whether one row of a leaf has a NaN.
  private static func hasNaN(_ value: Tensor, row: Int) -> Bool {
    guard value.dtype.isFloating, let batch = value.shape.first, batch > 0 else { return false }
    let elements = value.count / batch
    let start = min(row, batch - 1) * elements
    return (start..<start + elements).contains { value.double(at: $0).isNaN }
  }

  private static func text(_ values: [Float], _ place: Int) -> String? {
    values.indices.contains(place) ? NumberText.short(Double(values[place]), digits: 6) : nil
  }

  private func cursorIndex(_ place: Int, _ shape: Shape) -> String {
    guard !shape.isEmpty else { return "[\(row)]" }
    let inner = Self.index(place, of: shape).split(separator: ",").joined(separator: ", ")
    return "[\(row), \(inner)]"
  }

  /// An index along axes, `3` or `1,0,4`.
  static func index(_ position: Int, of shape: Shape) -> String {
    var rest = position
    var parts: [String] = []
    for size in shape.reversed() {
      parts.append("\(rest % max(1, size))")
      rest /= max(1, size)
    }
    return parts.isEmpty ? "0" : parts.reversed().joined(separator: ",")
  }

  /// Where a window begins that shows the cursor, in the middle if it can.
  private static func first(_ cursor: Int, shown: Int, of count: Int) -> Int {
    min(max(0, cursor - shown / 2), max(0, count - shown))
  }
}
