import Programs
import Tensors

/// The input plus sines and cosines of the position, of wavelengths from `2π / minTimescale` on.
///
/// With `C` channels that vary, `n = floor(C / 2)` and
/// `ω[k] = minTimescale * (minTimescale / maxTimescale)^(k / max(n - 1, 1))`:
/// `signal = [sin(position * ω), cos(position * ω)]`, and 0 in the last channel if `C` is odd. (The
/// original multiplies by `minTimescale` here, where its name suggests a division.)
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; the signal varies over the channel axes `axes`, counted in
///   the channel shape, or over all; row-major. Parameter `scale []` with `trainableScale`.
///   The position is the number of valid timesteps before, or of all timesteps before with
///   `onlyAdvancePositionForValidTimesteps` false.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: state `position i32[b]`.
/// - Throws: ``LayerError`` `.invalidConfig` when a timescale is not positive or an axis does not exist,
///   `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/position.py `AddTimingSignal`; arXiv 1706.03762.
extension AddTimingSignal: PositionedLayer {
  private var counter: PositionCounter {
    PositionCounter(countsValidOnly: onlyAdvancePositionForValidTimesteps)
  }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [counter.receptiveField] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    for (field, value) in [("minTimescale", minTimescale), ("maxTimescale", maxTimescale)] {
      guard value > 0 else {
        throw .config(self, field, found: "\(value)", expected: "a positive number")
      }
    }
    try requireElements(.floating, input)
    let rank = input.shape.count
    for axis in axes.values where !(-rank..<rank).contains(axis) {
      throw .config(
        self, "axes", found: "axis \(axis)",
        expected: "axes of the channel shape \(input.shape.shapeText), 0 the first")
    }
    return input
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try timed(x, counter.advance(x, &state), context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try timed(x, counter.positions(x), context)
  }

  private func timed(
    _ x: SequenceValue, _ positions: Value, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let rank = x.channelShape.count
    let varying = Set(axes.values.map { $0 < 0 ? $0 + rank : $0 })
    let channels = x.channelShape.enumerated().map { index, extent in
      axes.isEmpty || varying.contains(index) ? extent : 1
    }
    // Double precision is the reference, so nothing in it may be less precise.
    let dtype: DType = x.dtype == .float64 ? .float64 : paramDtype
    var signal = signal(positions, channels.elementCount, dtype)
      .reshaped([x.batch, x.time] + channels).converted(to: dtype)
    if trainableScale {
      let scale = try context.parameter("scale", [], dtype: paramDtype, .ones)
      signal = signal * scale.converted(to: dtype)
    }
    let shift = signal.converted(to: x.dtype)
    return x.mapValues { $0 + shift }
  }

  /// The signal `[b, t, channels]` in float32 at least.
  private func signal(_ positions: Value, _ channels: Int, _ dtype: DType) -> Value {
    positions.timingSignal(
      channels: channels, minTimescale: minTimescale, maxTimescale: maxTimescale,
      dtype == .float64 ? .float64 : .float32)
  }
}
