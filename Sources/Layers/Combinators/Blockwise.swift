import Programs
public import Tensors

/// A layer stepped in larger blocks; nothing else changes.
///
/// With `layerInBlocks` a whole sequence is run block by block as well, as a loop, so that it needs the memory of
/// one block beside input and output, whatever its length.
///
/// - Shape: the child's.
/// - Mask: the child's.
/// - Streaming: block `blockSize`, which must be a multiple of the child's.
/// - Throws: ``LayerError`` `.invalidConfig` when it is not, or with `layerInBlocks` for a layer that cannot step.
/// - Source: sequence_layers/jax/combinators.py `Blockwise`; with `layerInBlocks`
///   sequence_layers/tensorflow/combinators.py `Blockwise` and section 2.3.6 of the report, arXiv 2507.23292.
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
    if layerInBlocks, let obstacle = childLayer.stepObstacle {
      throw .config(
        self, "layerInBlocks", found: "a layer that cannot step: \(obstacle)",
        expected: "one that can run block by block")
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
    guard layerInBlocks else { return try context.layer(childLayer, x, at: Self.scope) }
    let late = x.paddedTime(0, childLayer.inputLatency, valid: false)
      .paddedToMultiple(of: blockSize)
    let y = try context.holding(late.time) { () throws(LayerError) in
      var state = try context.unrecorded { () throws(LayerError) in
        try initialState(for: x.channelSpec, context)
      }
      return try context.overBlocks(late, of: blockSize, &state) {
        x, state, context throws(LayerError) in
        try context.step(childLayer, x, &state, at: Self.scope, latency: context.precedingLatency)
      }
    }
    let start = min(childLayer.outputLatency, y.time)
    let time = min(y.time - start, outputTime(for: x.time))
    return y.slicedTime(from: start, to: start + time)
  }
}
