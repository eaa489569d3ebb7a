import Programs
import Tensors

/// The sequence `length` timesteps later.
///
/// With `delayLayerOutput` false only the stepwise output is late: that balances a neighbour's latency
/// without changing the result.
///
/// - Shape: `[b, t, ...] -> [b, t + length, ...]`, any elements; `[b, t, ...]` with `delayLayerOutput`
///   false.
/// - Mask: delayed alike, invalid in front.
/// - Streaming: input latency `length`; output latency 0, or `length` with `delayLayerOutput` false;
///   state `buffer [b, length, ...]` and `mask [b, length]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `length < 0`.
/// - Source: sequence_layers/jax/simple.py `Delay`.
extension Delay: SequenceLayer {
  public var inputLatency: Int { max(0, length) }
  public var outputLatency: Int { delayLayerOutput ? 0 : inputLatency }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    [delayLayerOutput ? ReceptiveField(-inputLatency, -inputLatency) : .aligned]
  }

  public func outputTime(for time: Int) -> Int {
    Rational.sum(time, delayLayerOutput ? inputLatency : 0)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("length", length, atLeast: 0)
    return input
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    guard length > 0 else { return state }
    let builder = context.builder
    let isComplex = input.dtype == .complex64
    let shape = [context.batch, length]
    let type = ValueType(isComplex ? .float32 : input.dtype, shape + input.shape)
    let kind = StateKind.window(axis: 1, length: length)
    state.declare("buffer", builder.full(0, type), kind: kind)
    if isComplex { state.declare("bufferImaginary", builder.full(0, type), kind: kind) }
    state.declare("mask", builder.full(0, ValueType(.bool, shape)), kind: kind)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> SequenceValue {
    let values = state.append(x.values, to: "buffer")
    let imaginary = x.imaginary.map { state.append($0, to: "bufferImaginary") }
    let mask = state.append(x.mask, to: "mask")
    return SequenceValue(values, imaginary: imaginary, mask: mask).slicedTime(from: 0, to: x.time)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    delayLayerOutput ? x.paddedTime(length, 0, valid: false) : x
  }
}
