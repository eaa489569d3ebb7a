/// A window of one state leaf of the selected layer, laid out in two dimensions.
package struct StateView: Hashable, Sendable {
  /// The leaf as commands name it, `c2:state.buffer`.
  package var facet: String
  package var leafIndex: Int
  package var leafCount: Int
  package var shape: String
  package var dtype: String
  /// Whether the last step changed it.
  package var isChanged: Bool
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

  package init(
    facet: String, leafIndex: Int, leafCount: Int, shape: String, dtype: String,
    isChanged: Bool, nanCount: Int, minimum: Float, maximum: Float,
    mean: Float, rowNames: [String], values: [[Float]], firstRow: Int, firstColumn: Int,
    rowCount: Int, columnCount: Int, cursorIndex: String, cursorValue: String
  ) {
    self.facet = facet
    self.leafIndex = leafIndex
    self.leafCount = leafCount
    self.shape = shape
    self.dtype = dtype
    self.isChanged = isChanged
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
  }
}

/// The step-wise output of the selected layer beside the layer-wise one, at one timestep.
package struct BesideView: Hashable, Sendable {
  /// One channel of both.
  package struct Channel: Hashable, Sendable {
    package var index: String
    package var step: Double
    package var layer: Double
    package var difference: Double
    /// Distance in units in the last place; nil when one of them is no number.
    package var ulp: Int?

    package init(index: String, step: Double, layer: Double, difference: Double, ulp: Int?) {
      self.index = index
      self.step = step
      self.layer = layer
      self.difference = difference
      self.ulp = ulp
    }
  }

  package var path: String
  /// The timestep shown, in the layer's own time.
  package var time: Int
  package var channels: [Channel]
  /// Channels before the first shown, and in all.
  package var firstChannel: Int
  package var channelCount: Int
  /// The comparison so far, in words.
  package var conclusions: [String]
  package var isEqual: Bool

  package init(
    path: String, time: Int, channels: [Channel], firstChannel: Int, channelCount: Int,
    conclusions: [String], isEqual: Bool
  ) {
    self.path = path
    self.time = time
    self.channels = channels
    self.firstChannel = firstChannel
    self.channelCount = channelCount
    self.conclusions = conclusions
    self.isEqual = isEqual
  }
}
