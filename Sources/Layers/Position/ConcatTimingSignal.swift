import Programs
import Tensors

/// Sines and cosines of the timestep appended to the last channel axis, the same for all others.
///
/// With `n = floor(channels / 2)` and `ω[k] = minTimescale · (minTimescale / maxTimescale)^(k / max(n - 1, 1))`
/// the appended channels are `[sin(t · ω), cos(t · ω)]`, and 0 in the last one if `channels` is odd.
///
/// - Shape: `[b, t, ..., c] -> [b, t, ..., c + channels]`, `[b, t] -> [b, t, 1 + channels]`; floating-point.
/// - Mask: unchanged; invalid timesteps count as positions.
/// - Streaming: block 1; state `position i32[b]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `channels < 1` or a timescale is not positive,
///   `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/tensorflow/position.py `ConcatTimingSignal`.
extension ConcatTimingSignal: PositionedLayer {
  private var counter: PositionCounter { PositionCounter(countsValidOnly: false) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [counter.receptiveField] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("channels", channels, atLeast: 1)
    for (field, value) in [("minTimescale", minTimescale), ("maxTimescale", maxTimescale)] {
      guard value > 0 else {
        throw .config(self, field, found: "\(value)", expected: "a positive number")
      }
    }
    try requireElements(.floating, input)
    return try CombinationMode.concat.combinedSpec(
      [input, ChannelSpec([channels], input.dtype)], layer: typeName)
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> SequenceValue {
    timed(x, counter.advance(x, &state), context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    timed(x, counter.positions(x), context)
  }

  private func timed(
    _ x: SequenceValue, _ positions: Value, _ context: LayerContext
  ) -> SequenceValue {
    let signal = positions.timingSignal(
      channels: channels, minTimescale: minTimescale, maxTimescale: maxTimescale,
      DType.promoted(x.dtype, .float32))
    let appended = SequenceValue(signal.converted(to: x.dtype), mask: x.mask)
    return CombinationMode.concat.combine([x, appended], context)
  }
}
