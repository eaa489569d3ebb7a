import Programs
public import Tensors

/// A layer stepped in larger blocks; nothing else changes.
///
/// - Shape: the child's.
/// - Mask: the child's.
/// - Streaming: block `blockSize`, which must be a multiple of the child's.
/// - Throws: ``LayerError`` `.invalidConfig` when it is not.
/// - Source: sequence_layers/jax/combinators.py `Blockwise`.
extension Blockwise: CombinatorLayer {
  private static let scope = ChildScope("child_layer", parameters: "", emits: "")

  public var children: [LayerChild] {
    [LayerChild(childLayer, at: Self.scope, field: "child_layer")]
  }
  public var stepObstacle: String? { childLayer.stepObstacle }
  public var outputRatio: Rational { childLayer.outputRatio }
  public var inputLatency: Int { childLayer.inputLatency }
  public var outputLatency: Int { childLayer.outputLatency }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { childLayer.receptiveFieldPerStep }
  public func outputTime(for time: Int) -> Int { childLayer.outputTime(for: time) }

  public func accumulatedInputLatency(_ later: Int) -> Int {
    childLayer.accumulatedInputLatency(later)
  }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    try childLayer.accumulatedOutputLatency(earlier)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard blockSize >= 1, childLayer.blockSize >= 1, blockSize % childLayer.blockSize == 0 else {
      throw LayerError(
        .invalidConfig, layer: typeName, field: "blockSize", found: "\(blockSize)",
        expected: "a positive multiple of the child's block size \(childLayer.blockSize)")
    }
    return try childLayer.outputSpec(for: input, constants: constants)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    try context.initialState(
      childLayer, for: input, into: &state, at: Self.scope, latency: context.precedingLatency)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try context.step(
      childLayer, x, &state, at: Self.scope, latency: context.precedingLatency)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try context.layer(childLayer, x, at: Self.scope)
  }
}
