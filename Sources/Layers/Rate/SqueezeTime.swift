import Programs
public import Tensors

/// Every `factor` neighbouring timesteps as one, on a new first channel axis, the oldest first.
///
/// With `causal` padding output `o` holds the timesteps up to `o · factor`, with `valid` those from there.
///
/// - Shape: `[b, t, ...] -> [b, ceil(t / factor), factor, ...]`, or `[b, t / factor, factor, ...]` rounded
///   down for `valid`; any elements.
/// - Mask: valid if all of them are; what comes before the sequence counts as valid.
/// - Streaming: `causal` only; block `factor`, no latency; state `buffer [b, factor - 1, ...]` and
///   `mask [b, factor - 1]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `factor < 1` or for another padding mode.
/// - Source: sequence_layers/tensorflow/squeeze.py `Squeeze`.
extension SqueezeTime: FramingLayer {
  var window: TimeWindow {
    TimeWindow(
      size: factor.clampedField, stride: factor.clampedField, mode: padding.withEveryTapValid)
  }

  func checkFrames() throws(LayerError) {
    try require("factor", factor, atLeast: 1)
    guard padding == .causal || padding == .valid else {
      throw .config(
        self, "padding", found: padding.rawValue, expected: "causal or valid",
        suggestion: "use Frame for other padding modes")
    }
  }
}

/// The elements of the first channel axis as timesteps: what undoes ``SqueezeTime`` with `valid` padding.
///
/// - Shape: `[b, t, factor, ...] -> [b, t · factor, ...]`, any elements.
/// - Mask: repeated.
/// - Streaming: stateless; output ratio `factor`.
/// - Throws: ``LayerError`` `.invalidConfig` when `factor < 1`, `.invalidInput` for input whose first
///   channel axis is not of that extent.
/// - Source: sequence_layers/tensorflow/squeeze.py `Unsqueeze`.
extension Unsqueeze: StatelessLayer {
  public var outputRatio: Rational { Rational(factor.clampedField) }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("factor", factor, atLeast: 1)
    guard input.shape.first == factor else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "\(factor) elements on the first channel axis, as factor says")
    }
    return ChannelSpec(Array(input.shape.dropFirst()), input.dtype)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.moved(
      { $0.reshaped([x.batch, x.time * factor] + $0.shape.dropFirst(3)) },
      mask: { $0.repeated(factor, axis: 1) })
  }
}
