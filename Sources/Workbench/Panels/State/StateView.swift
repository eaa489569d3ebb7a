/// A window of one state leaf of the selected layer, laid out in two dimensions.
package struct StateView: Hashable, Sendable {
  /// One leaf among those of the selected layer.
  package struct Leaf: Hashable, Sendable {
    package var name: String
    package var shape: String
    /// Whether the last step changed it; nil where that is not known.
    package var isChanged: Bool?
    package var hasNaN: Bool

    package init(name: String, shape: String, isChanged: Bool?, hasNaN: Bool = false) {
      self.name = name
      self.shape = shape
      self.isChanged = isChanged
      self.hasNaN = hasNaN
    }
  }

  /// The leaf as commands name it, `c2:state.buffer`.
  package var facet: String
  package var leafIndex: Int
  package var leaves: [Leaf]
  package var shape: String
  package var dtype: String
  package var row: Int
  /// Steps made so far: what stands here is the state after them.
  package var step: Int
  /// Elements of the row, how many the last step changed (nil where that is not known), and how many
  /// are NaN.
  package var elementCount: Int
  package var changedCount: Int?
  package var nanCount: Int
  package var minimum: Float
  package var maximum: Float
  package var mean: Float
  /// Names of the rows shown, such as `t-4`.
  package var rowNames: [String]
  /// The values shown, row by row.
  package var values: [[Float]]
  /// Where the window begins, and the size of the whole.
  package var firstRow: Int
  package var firstColumn: Int
  package var rowCount: Int
  package var columnCount: Int
  /// The element under the cursor, such as `[0, 2, 17]`, and its value.
  package var cursorIndex: String
  package var cursorValue: String
  /// Its value before the last step, where that was another.
  package var cursorBefore: String?
  /// How many timesteps are in a cache that grows, such as `12/64`.
  package var cache: String?

  package init(
    facet: String, leafIndex: Int, leaves: [Leaf], shape: String, dtype: String, row: Int,
    step: Int, elementCount: Int, changedCount: Int?, nanCount: Int, minimum: Float, maximum: Float,
    mean: Float, rowNames: [String], values: [[Float]], firstRow: Int, firstColumn: Int,
    rowCount: Int, columnCount: Int, cursorIndex: String, cursorValue: String,
    cursorBefore: String? = nil
  ) {
    self.facet = facet
    self.leafIndex = leafIndex
    self.leaves = leaves
    self.shape = shape
    self.dtype = dtype
    self.row = row
    self.step = step
    self.elementCount = elementCount
    self.changedCount = changedCount
    self.nanCount = nanCount
    self.minimum = minimum
    self.maximum = maximum
    self.mean = mean
    self.rowNames = rowNames
    self.values = values
    self.firstRow = firstRow
    self.firstColumn = firstColumn
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.cursorIndex = cursorIndex
    self.cursorValue = cursorValue
    self.cursorBefore = cursorBefore
  }
}
