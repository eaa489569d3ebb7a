import Programs
public import Tensors

/// A layer as it is; in the original a hint to compute it again in the backward pass instead of
/// keeping its values.
///
/// - Shape: the child's.
/// - Mask: the child's.
/// - Streaming: the child's.
/// - Throws: ``LayerError`` of the child.
/// - Source: sequence_layers/jax/combinators.py `CheckpointGradient`.
extension CheckpointGradient: CombinatorLayer {
  private var scope: ChildScope {
    var scope = ChildScope.single("child_layer", layer, emits: "")
    if shareScope { (scope.parameters, scope.sharesParameters) = ("", true) }
    return scope
  }

  public var children: [LayerChild] { [LayerChild(layer, at: scope, field: "layer")] }
  public var stepObstacle: String? { layer.stepObstacle }
  public var blockSize: Int { layer.blockSize }
  public var outputRatio: Rational { layer.outputRatio }
  public var inputLatency: Int { layer.inputLatency }
  public var outputLatency: Int { layer.outputLatency }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { layer.receptiveFieldPerStep }
  public func outputTime(for time: Int) -> Int { layer.outputTime(for: time) }

  public func accumulatedInputLatency(_ later: Int) -> Int { layer.accumulatedInputLatency(later) }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    try layer.accumulatedOutputLatency(earlier)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    do { return try layer.outputSpec(for: input, constants: constants) } catch {
      throw error.within(scope.path)
    }
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    try context.initialState(
      layer, for: input, into: &state, at: scope, latency: context.precedingLatency)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try context.step(layer, x, &state, at: scope, latency: context.precedingLatency)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try context.layer(layer, x, at: scope)
  }
}
