import Programs
import Tensors

/// The input with the output of a layer behind it, on the first channel axis: `y = [x, layer(x)]`.
///
/// - Shape: `[b, t, c, ...] -> [b, t, c + d, ...]` for a layer whose output is `[b, t, d, ...]`.
/// - Mask: the input's; where the layer's output is invalid or missing, its part is 0.
/// - Streaming: block of the layer; it cannot step when the layer's steps are late, since the input is not.
/// - Beyond: the part of an output that is invalid is selected to 0.
/// - Throws: ``LayerError`` `.invalidConfig` when the layer changes the rate, `.invalidInput` when dtypes, or
///   channel shapes behind the first axis, differ.
/// - Source: sequence_layers/tensorflow/combinators.py `Skip`, which assumes that the layer keeps the mask.
extension Skip: CombinatorLayer {
  private var chain: SerialChain { SerialChain(layer, prefix: "layer") }

  /// Creates it from one layer.
  public init(_ layer: any SequenceLayer, name: String? = nil) {
    self.init(layer: [layer], name: name)
  }

  public var children: [LayerChild] { chain.children(field: "layer") }
  public var blockSize: Int { chain.blockSize }
  public func outputTime(for time: Int) -> Int { time }

  public var stepObstacle: String? {
    if let obstacle = chain.stepObstacle { return obstacle }
    guard chain.outputLatency != 0 else { return nil }
    return "steps of the layer come \(chain.outputLatency) timesteps late, its input does not"
  }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    ReceptiveFieldUnion.aligned([[.aligned], chain.receptiveFieldPerStep])
  }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    // The layer may refuse a latency that its rates do not divide.
    _ = try chain.accumulatedOutputLatency(earlier)
    return earlier
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let output = try chain.outputSpec(for: input, constants: constants)
    guard chain.outputRatio == 1 else {
      throw .config(
        self, "layer", found: "an output ratio of \(chain.outputRatio)", expected: "1",
        suggestion: "put the layer that changes the rate outside the Skip")
    }
    guard !input.shape.isEmpty, output.shape.count == input.shape.count,
      output.shape.dropFirst() == input.shape.dropFirst()
    else {
      throw .input(
        self,
        found: "an input of \(input.shape.shapeText), "
          + "a layer's output of \(output.shape.shapeText)",
        expected: "channel shapes that differ in their first axis only")
    }
    guard output.dtype == input.dtype else {
      throw .input(
        self, found: "an input of \(input.dtype.name), a layer's output of \(output.dtype.name)",
        expected: "equal dtypes", suggestion: "end the layer with Cast(dtype: .\(input.dtype.name))"
      )
    }
    return ChannelSpec([input.shape[0] + output.shape[0]] + input.shape.dropFirst(), input.dtype)
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
    joined(x, try chain.step(x, &state, context))
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    joined(x, try chain.layer(x, context))
  }

  private func joined(_ x: SequenceValue, _ y: SequenceValue) -> SequenceValue {
    let missing = max(0, x.time - y.time)
    let side = y.paddedTime(0, missing, valid: false).slicedTime(from: 0, to: x.time)
      .maskedInvalid()
    let imaginary = x.imaginary.flatMap { own in
      side.imaginary.map { Value.concatenate([own, $0], axis: 2) }
    }
    return SequenceValue(
      Value.concatenate([x.values, side.values], axis: 2), imaginary: imaginary, mask: x.mask,
      isMasked: false)
  }
}
