import Programs
import Tensors

/// Overlapping frames of the sequence: output `o` holds inputs `o·step - left ..< o·step - left + length`.
///
/// - Shape: `[b, t, ...] -> [b, t / step, length, ...]`.
/// - Mask: by padding mode as a window of `length` taps; see ``TimeWindow``. Explicit padding is
///   aligned. Invalid input counts as 0.
/// - Streaming: block `step`; input latency `length - 1` for the reverse modes, `length - 1 - left` for
///   explicit padding; state `buffer [b, n, ...]` and, where past masks matter, `mask [b, n]`.
/// - Throws: ``LayerError`` `.invalidConfig` for lengths below 1, or explicit padding whose sides do not
///   add up to `length - 1`.
/// - Source: sequence_layers/jax/dsp.py `Frame`.
extension Frame: WindowedLayer {
  var window: TimeWindow {
    let (length, step) = (frameLength.clampedField, frameStep.clampedField)
    switch padding {
    case .mode(let mode): return TimeWindow(size: length, stride: step, mode: mode)
    case .explicit(let pair):
      let left = min(max(0, pair.left), length - 1)
      return TimeWindow(size: length, stride: step, left: left, right: length - 1 - left)
    }
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("frameLength", frameLength, atLeast: 1)
    try require("frameStep", frameStep, atLeast: 1)
    if case .explicit(let pair) = padding {
      guard pair.left >= 0, pair.right >= 0, pair.left + pair.right == frameLength - 1 else {
        throw .config(
          self, "padding", found: "explicit padding \(pair.left) + \(pair.right)",
          expected: "numbers from 0 that add up to \(frameLength - 1), one less than a frame")
      }
    }
    return ChannelSpec([frameLength] + input.shape, input.dtype)
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    window.declareState(in: &state, context, input)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let (joined, mask) = window.advance(x.maskedInvalid(), &state)
    let count = x.time / frameStep
    return SequenceValue(
      frames(joined.values, count: count),
      imaginary: joined.imaginary.map { frames($0, count: count) },
      mask: mask)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let count = window.axis.outputExtent(x.time)
    func padded(_ values: Value) -> Value {
      values.padded(axis: 1, low: window.left, high: window.right)
    }
    let input = x.maskedInvalid()
    return SequenceValue(
      frames(padded(input.values), count: count),
      imaginary: input.imaginary.map { frames(padded($0), count: count) },
      mask: window.layerMask(x.mask))
  }

  /// The first `count` frames of values that are padded already.
  private func frames(_ x: Value, count: Int) -> Value {
    guard count > 0, x.shape[1] > 0 else {
      return x.builder.full(
        0, ValueType(x.dtype, [x.shape[0], count, frameLength] + x.shape.dropFirst(2)))
    }
    let type = ValueType(.int32, [count, frameLength])
    let builder = x.builder
    let start = builder.iota(type, axis: 0).scaled(by: Double(frameStep))
    let indices = start + builder.iota(type, axis: 1)
    return x.gathered(indices, axis: 1)
  }
}
