import Programs
import Tensors

/// A layer applied `numRepeats` times in a row, each copy with its own parameters and state.
///
/// - Shape: the child must keep its channel shape.
/// - Mask: the child's rule, repeated.
/// - Streaming: as `Serial` of the copies.
/// - Beyond: steps equal the layer when copies have latency.
/// - Parameters: files hold one array a parameter below the child's name, or `child_layer`, the copies
///   stacked on a leading axis.
/// - Throws: ``LayerError`` `.invalidConfig` when `numRepeats < 1` or the child changes the rate,
///   `.invalidInput` when it changes the channels.
/// - Source: sequence_layers/jax/combinators.py `Repeat`.
extension Repeat: CombinatorLayer {
  private var chain: SerialChain {
    let copies: [any SequenceLayer] = Array(repeating: layer, count: max(0, numRepeats))
    return SerialChain(
      copies,
      scopes: copies.indices.map {
        ChildScope.single("child_layer", layer, copy: "[\($0)]", emits: "\($0)")
      })
  }

  public var layerCount: Int {
    Rational.sum(1, Rational.product(max(0, numRepeats), layer.layerCount))
  }
  public var children: [LayerChild] { chain.children(field: "layer", isOne: true) }
  public var stepObstacle: String? { layer.stepObstacle ?? chain.latencyObstacle }
  public var blockSize: Int { chain.blockSize }
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
    guard numRepeats >= 1 else {
      throw LayerError(
        .invalidConfig, layer: typeName, field: "numRepeats", found: "\(numRepeats)",
        expected: "1 or more")
    }
    guard layer.outputRatio == 1 else {
      throw LayerError(
        .invalidConfig, layer: typeName, field: "layer",
        found: "a child of output ratio \(layer.outputRatio)", expected: "1",
        suggestion: "put the layer that changes the rate outside the Repeat")
    }
    let spec = try chain.outputSpec(for: input, constants: constants)
    let once = try layer.outputSpec(for: input, constants: constants)
    guard once == input else {
      throw LayerError(
        .invalidInput, layer: typeName, found: "a child that turns \(input) into \(once)",
        expected: "a child that keeps its channels",
        suggestion: "end the child with a layer that restores \(input)")
    }
    return spec
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
    try chain.step(x, &state, context).unmasked()
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try chain.layer(x, context).unmasked()
  }
}
