import Programs
public import Tensors

/// Layers applied one after the other: `y = layers[n - 1](… layers[0](x))`.
///
/// - Shape: the layers' shapes, chained.
/// - Mask: the layers' rules, chained.
/// - Streaming: block size is the least block that every layer can take; latencies add up through
///   the layers' ratios. A layer that reduces the rate after a latency it does not divide is refused
///   with the delay to insert.
/// - Throws: ``LayerError`` of the first child that does not fit; `.latencyMismatch` as above;
///   `.invalidConfig` when `shareScope` has neither one entry nor one a layer.
/// - Source: sequence_layers/jax/combinators.py `Serial`.
extension Serial: CombinatorLayer {
  private var chain: SerialChain {
    SerialChain(layers, prefix: "layers", shareScope: shareScope.values)
  }

  public var children: [LayerChild] { chain.children(field: "layers") }
  public var stepObstacle: String? { chain.stepObstacle }
  public var blockSize: Int { chain.blockSize }
  public var outputRatio: Rational { chain.outputRatio }
  public var inputLatency: Int { chain.inputLatency }
  public var outputLatency: Int { chain.outputLatency }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { chain.receptiveFieldPerStep }
  public func outputTime(for time: Int) -> Int { chain.outputTime(for: time) }

  public func accumulatedInputLatency(_ later: Int) -> Int { chain.accumulatedInputLatency(later) }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    try chain.accumulatedOutputLatency(earlier)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkShareScope(shareScope.values, count: layers.count, layer: typeName)
    return try chain.outputSpec(for: input, constants: constants)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    try chain.initialState(for: input, into: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try chain.step(x, &state, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try chain.layer(x, context)
  }
}

/// Checks that scope sharing is said for all children at once or for each.
func checkShareScope(_ flags: [Bool], count: Int, layer: String) throws(LayerError) {
  guard flags.count <= 1 || flags.count == count else {
    throw LayerError(
      .invalidConfig, layer: layer, field: "shareScope", found: "\(flags.count) flags",
      expected: "one flag, or one for each of the \(count) layers")
  }
}
