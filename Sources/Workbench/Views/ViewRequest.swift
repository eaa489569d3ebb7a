/// What the visible panels want to know; nothing else is computed.
package struct ViewRequest: Hashable, Sendable {
  /// The selected layer, `.` for the root.
  package var path = "."
  /// The row of the batch.
  package var row = 0
  /// The input timestep under the cursor; nil follows the position.
  package var cursorTime: Int?
  /// How many columns lanes have; 0 when no lane is visible.
  package var laneColumns = 0
  /// The first input timestep and how many; nil shows all.
  package var window: Range<Int>?
  /// Which state leaf, and which part of it.
  package var leaf = 0
  package var stateRows = 0
  package var stateColumns = 0
  package var stateCursor = GridPosition()
  /// Channels beside each other: the first, and how many fit.
  package var firstChannel = 0
  package var channelCount = 0
  /// Heads beside keys: how many fit, the first head, and how many keys the newest are left behind.
  package var headRows = 0
  package var keyColumns = 0
  package var firstHead = 0
  package var keysBack = 0
  package var wantsMasks = false
  package var wantsLatencies = false
  /// Whether each layer is to be compared; each view of a long run goes on with a part of it.
  package var wantsAgreement = false

  package init() {}
}

/// A place in a two-dimensional layout of values.
package struct GridPosition: Hashable, Sendable {
  package var row = 0
  package var column = 0

  package init(row: Int = 0, column: Int = 0) {
    self.row = row
    self.column = column
  }
}
