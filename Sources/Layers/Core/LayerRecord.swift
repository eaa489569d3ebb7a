/// A value that a layer emitted beside its output.
public struct EmittedValue {
  /// The emit's name: child names and positions down the tree, as the original nests them.
  public var path: String
  /// The path of the layer that emitted it.
  public var layer: String
  /// The values, with the mask of the timesteps they belong to.
  public var sequence: SequenceValue
}

/// What went into a layer instance and came out, for inspection.
public struct LayerRecord {
  /// The instance's path.
  public var path: String
  /// The kind of layer.
  public var typeName: String
  /// What went in.
  public var input: SequenceValue
  /// What came out.
  public var output: SequenceValue
  /// In a step, how many of the first outputs come before the first layer-wise one.
  public var outputLatency: Int
  /// In a step, how many of the first inputs come before the first layer-wise one.
  public var precedingLatency: Int
  /// How many of the outputs are aligned with an input; others lie behind the last input.
  public var alignedTime: Int
}
