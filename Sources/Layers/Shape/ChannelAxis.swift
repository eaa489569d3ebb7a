import Tensors

extension SequenceLayer {
  /// The axis of the whole array `[b, t, ...channel]` that a field names; negative numbers count from
  /// the end.
  ///
  /// - Throws: ``LayerError`` `.invalidConfig` when it is not a channel axis.
  func channelAxis(_ field: String, _ axis: Int, _ input: ChannelSpec) throws(LayerError) -> Int {
    let rank = input.shape.count + 2
    let resolved = axis < 0 ? axis + rank : axis
    guard (2..<rank).contains(resolved) else {
      let expected =
        rank == 2
        ? "a channel axis, but the channel shape is \(input.shape.shapeText)"
        : "a channel axis: 2 to \(rank - 1), or \(2 - rank) to -1 from the end"
      throw .config(
        self, field, found: "axis \(axis)", expected: expected,
        suggestion: resolved == 0 || resolved == 1 ? "batch and time stay where they are" : nil)
    }
    return resolved
  }

  /// The axes of the whole array that a field names, ascending and without repetitions.
  ///
  /// - Throws: ``LayerError`` `.invalidConfig` when one is not a channel axis.
  func channelAxes(
    _ field: String, _ axes: [Int], _ input: ChannelSpec
  ) throws(LayerError) -> [Int] {
    var result: Set<Int> = []
    for axis in axes { result.insert(try channelAxis(field, axis, input)) }
    return result.sorted()
  }

  /// Checks the extents of a shape in the configuration.
  func requireExtents(_ field: String, _ shape: Shape) throws(LayerError) {
    guard shape.allSatisfy({ $0 >= 1 }) else {
      throw .config(
        self, field, found: shape.shapeText, expected: "extents of 1 or more",
        suggestion: shape.contains(-1) ? "write out the extent instead of -1" : nil)
    }
  }
}
