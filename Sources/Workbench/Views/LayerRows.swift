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
  /// What is wrong with it, such as a fault or a NaN.
  package var warning: String?

  package init(
    path: String, name: String, kind: String, depth: Int, hasChildren: Bool = false,
    outputRatio: String, stateBytes: Int, agrees: Bool? = nil, warning: String? = nil
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
  /// Why it cannot step, when it cannot.
  package var obstacle: String?

  package init(
    path: String, blockSize: Int, inputLatency: Int, outputLatency: Int, warmUp: Int,
    delay: Int, obstacle: String? = nil
  ) {
    self.path = path
    self.blockSize = blockSize
    self.inputLatency = inputLatency
    self.outputLatency = outputLatency
    self.warmUp = warmUp
    self.delay = delay
    self.obstacle = obstacle
  }
}
