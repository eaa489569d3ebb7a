/// One layer of the tree, in drawing order.
package struct LayerRow: Hashable, Sendable {
  /// The path that commands take; `.` is the root.
  package var path: String
  package var name: String
  package var kind: String
  package var depth: Int
  package var hasChildren: Bool
  /// Output timesteps for each timestep of the session's input.
  package var outputRatio: String
  package var stateBytes: Int
  /// Whether its step-wise output is the layer-wise one so far; nil where it is not compared.
  package var agrees: Bool?
  /// Where it first is not.
  package var difference: DifferencePlace?
  package var warning: LayerWarning?

  package init(
    path: String, name: String, kind: String, depth: Int, hasChildren: Bool = false,
    outputRatio: String, stateBytes: Int, agrees: Bool? = nil, warning: LayerWarning? = nil
  ) {
    self.path = path
    self.name = name
    self.kind = kind
    self.depth = depth
    self.hasChildren = hasChildren
    self.outputRatio = outputRatio
    self.stateBytes = stateBytes
    self.agrees = agrees
    self.warning = warning
  }
}

/// What is wrong with a layer, such as a fault or a NaN, and the same in a word.
package struct LayerWarning: Hashable, Sendable {
  package var text: String
  package var brief: String

  package init(_ text: String, brief: String) {
    self.text = text
    self.brief = brief
  }
}

/// Where a layer's outputs first differ: a row, and the input timestep that shows it in all lanes.
package struct DifferencePlace: Hashable, Sendable {
  package var row: Int
  package var inputTime: Int

  package init(row: Int, inputTime: Int) {
    self.row = row
    self.inputTime = inputTime
  }
}

/// What is valid of one layer's output in one row of the batch.
package struct MaskRow: Hashable, Sendable {
  package var path: String
  package var row: Int
  package var validCount: Int
  package var length: Int
  /// First and last valid timestep.
  package var first: Int?
  package var last: Int?
  /// Invalid timesteps between valid ones.
  package var holes: Int
  /// Valid timesteps that its input had and its own rate does not explain; negative when gained.
  package var lost: Int

  package init(
    path: String, row: Int, validCount: Int, length: Int, first: Int?, last: Int?, holes: Int,
    lost: Int
  ) {
    self.path = path
    self.row = row
    self.validCount = validCount
    self.length = length
    self.first = first
    self.last = last
    self.holes = holes
    self.lost = lost
  }
}

/// When one layer's outputs become available.
package struct LatencyRow: Hashable, Sendable {
  package var path: String
  package var blockSize: Int
  package var inputLatency: Int
  package var outputLatency: Int
  /// Outputs of the step run before the first that counts, all layers before it included.
  package var warmUp: Int
  /// How far its output lags behind the input of the session, in input timesteps.
  package var delay: Int
  /// The timesteps of its own input that an output sees, such as `-2 … 0`; empty where it sees none.
  package var receptiveField: String
  /// Why it cannot step, when it cannot.
  package var obstacle: String?

  package init(
    path: String, blockSize: Int, inputLatency: Int, outputLatency: Int, warmUp: Int,
    delay: Int, receptiveField: String = "", obstacle: String? = nil
  ) {
    self.path = path
    self.blockSize = blockSize
    self.inputLatency = inputLatency
    self.outputLatency = outputLatency
    self.warmUp = warmUp
    self.delay = delay
    self.receptiveField = receptiveField
    self.obstacle = obstacle
  }
}
