import Programs
import Tensors

/// The sequence `length` timesteps earlier: the first ones are dropped.
///
/// - Shape: `[b, t, ...] -> [b, t - length, ...]`, any elements; `[b, t, ...]` with
///   `preserveLengthInLayer`, invalid at the end.
/// - Mask: that of the timesteps that are kept.
/// - Streaming: input latency 0, output latency `length`; state `position i32[b]`. A step passes its
///   block through and makes invalid what `layer` drops, so that nothing behind it sees that.
/// - Throws: ``LayerError`` `.invalidConfig` when `length < 0`.
/// - Source: sequence_layers/jax/simple.py `Lookahead`. The original's step drops the first `length`
///   *valid* timesteps of a row, so behind a `Delay` or with a gap near the start it differs from its
///   layer; here both drop the same timesteps.
extension Lookahead: SequenceLayer {
  public var outputLatency: Int { max(0, length) }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    [ReceptiveField(max(0, length), max(0, length))]
  }

  public func outputTime(for time: Int) -> Int {
    preserveLengthInLayer ? time : max(0, time - outputLatency)
  }

  private var counter: PositionCounter { PositionCounter(countsValidOnly: false) }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("length", length, atLeast: 0)
    return input
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> SequenceValue {
    let positions = counter.advance(x, &state)
    let isKept = positions.scalarLike(Double(length)) .<= positions
    return SequenceValue(x.values, imaginary: x.imaginary, mask: x.mask.and(isKept))
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    let start = min(length, x.time)
    let rest = x.slicedTime(from: start, to: x.time)
    return preserveLengthInLayer ? rest.paddedTime(0, start, valid: false) : rest
  }
}
