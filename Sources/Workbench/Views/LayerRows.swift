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

/// Where a layer's outputs first differ: a row, the input timestep that shows it in all lanes, and the
/// channel, counted over all channel axes.
package struct DifferencePlace: Hashable, Sendable {
  package var row: Int
  package var inputTime: Int
  package var channel: Int

  package init(row: Int, inputTime: Int, channel: Int) {
    self.row = row
    self.inputTime = inputTime
    self.channel = channel
  }
}
