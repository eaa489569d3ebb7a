import Programs
import Tensors

/// The sequence `length` timesteps later.
///
/// With `delayLayerOutput` false only the stepwise output is late: that balances a neighbour's latency
/// without changing the result. With `keepLength` the last `length` timesteps are left out, so nothing is late;
/// with `validStart` too it is the shift of teacher forcing: the first outputs are zeros that count.
///
/// - Shape: `[b, t, ...] -> [b, t + length, ...]`, any elements; `[b, t, ...]` with `keepLength`, or with
///   `delayLayerOutput` false.
/// - Mask: delayed alike, invalid in front, or valid with `validStart`; with `keepLength` only where the input is
///   valid too, so that every row keeps its own length.
/// - Streaming: input latency `length`, or 0 with `keepLength`; output latency 0, or `length` with
///   `delayLayerOutput` false; state `buffer [b, length, ...]` and `mask [b, length]`, with `validStart` behind a
///   latency also `position i32[b]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `length < 0`, or when `keepLength` or `validStart` come with
///   `delayLayerOutput` false.
/// - Source: sequence_layers/jax/simple.py `Delay`; with `keepLength` and `validStart`
///   sequence_layers/tensorflow/dsp.py `Delay`, where rows grow into their padding, so that padding changes them.
extension Delay: SequenceLayer {
  private static let counter = PositionCounter(countsValidOnly: false)
  private var span: Int { max(0, length) }

  public var inputLatency: Int { keepLength ? 0 : span }
  public var outputLatency: Int { delayLayerOutput ? 0 : span }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    [delayLayerOutput ? ReceptiveField(-span, -span) : .aligned]
  }

  public func outputTime(for time: Int) -> Int {
    Rational.sum(time, delayLayerOutput && !keepLength ? span : 0)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("length", length, atLeast: 0)
    for (field, isOn) in [("keepLength", keepLength), ("validStart", validStart)]
    where isOn && !delayLayerOutput {
      throw .config(
        self, field, found: "true with delayLayerOutput false",
        expected: "a delay of the whole sequence too", suggestion: "set delayLayerOutput to true")
    }
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
    let start = builder.full(validStart ? 1 : 0, ValueType(.bool, shape))
    state.declare("mask", start, kind: kind)
    if validStart && context.precedingLatency > 0 {
      Self.counter.declareState(in: &state, context)
    }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> SequenceValue {
    let given = x.mask
    let x = begun(x, &state)
    let values = state.append(x.values, to: "buffer")
    let imaginary = x.imaginary.map { state.append($0, to: "bufferImaginary") }
    let mask = state.append(x.mask, to: "mask")
    let late = SequenceValue(values, imaginary: imaginary, mask: mask)
      .slicedTime(from: 0, to: x.time)
    return keepLength ? kept(late, given) : late
  }

  /// Valid only where the input is.
  private func kept(_ late: SequenceValue, _ mask: Value) -> SequenceValue {
    SequenceValue(late.values, imaginary: late.imaginary, mask: late.mask.and(mask))
  }

  /// Behind a latency the zeros of a valid start are what comes before the first layer-wise timestep.
  private func begun(_ x: SequenceValue, _ state: inout LayerState) -> SequenceValue {
    guard state.has("position") else { return x }
    let positions = Self.counter.advance(x, &state)
    let isBefore = positions .< positions.scalarLike(0)
    let channels: Shape = Array(repeating: 1, count: x.channelShape.count)
    let isEmpty = isBefore.reshaped(isBefore.shape + channels)
    func zeroed(_ value: Value) -> Value { isEmpty.select(value.scalarLike(0), value) }
    return SequenceValue(
      zeroed(x.values), imaginary: x.imaginary.map(zeroed), mask: isBefore.or(x.mask),
      isMasked: x.isMasked)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    guard delayLayerOutput else { return x }
    let late = x.paddedTime(length, 0, valid: validStart)
    return keepLength ? kept(late.slicedTime(from: 0, to: x.time), x.mask) : late
  }
}
