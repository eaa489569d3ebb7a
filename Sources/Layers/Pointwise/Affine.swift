import Programs
import Tensors

/// `x * scale + bias` with trained arrays that are broadcast over the channels.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...broadcast(c, shape)]`; parameters `scale` and `bias` of
///   `shape`, which is one number by default.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `shape` has more axes than the channels or extents
///   below 1, `.invalidInput` when it does not broadcast or the input is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Affine`.
extension Affine: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.floating, input)
    try requireExtents("shape", shape.values)
    guard shape.values.count <= input.shape.count else {
      throw .config(
        self, "shape", found: shape.values.shapeText,
        expected: "at most the \(input.shape.count) channel axes of \(input.shape.shapeText)")
    }
    guard let result = Shape.broadcast(input.shape, shape.values) else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "one that broadcasts with the parameters' \(shape.values.shapeText)")
    }
    return ChannelSpec(result, input.dtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var y = x.values
    if useScale {
      let scale = try context.parameter("scale", shape.values, dtype: paramDtype, scaleInit)
      y = y * scale.converted(to: y.dtype)
    }
    if useBias {
      let bias = try context.parameter("bias", shape.values, dtype: paramDtype, biasInit)
      y = y + bias.converted(to: y.dtype)
    }
    let spec = try outputSpec(for: x.channelSpec, constants: [:])
    return SequenceValue(
      y.broadcast(to: [x.batch, x.time] + spec.shape), mask: x.mask,
      isMasked: x.isMasked && !useScale && !useBias)
  }
}
