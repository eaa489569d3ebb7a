import Programs
import Tensors

/// Each timestep scaled to mean square 1 over channel axes:
/// `y = x / sqrt(mean(x²) + epsilon) * scale`.
///
/// As the composite `rmsNorm`: operands x, then scale if it is used, in the dtype and rank of x;
/// attributes `axes`, `epsilon`, `useScale`, `wide` (float32 inside for the low precisions). Where the
/// mean square is 0 no gradient reaches the input.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; parameter `scale` with the extents of `axis` in ascending
///   order.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when an axis is not a channel axis or `epsilon` is
///   negative, `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/normalization.py `RMSNormalization`; arXiv 1910.07467.
extension RMSNormalization: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireNormalizable(input, epsilon)
    _ = try channelAxes("axis", axis.values, input)
    return input
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let norm = NormAxes(try channelAxes("axis", axis.values, x.channelSpec), of: x.channelSpec)
    var operands = [x.values]
    if useScale {
      let scale = try context.parameter("scale", norm.extents, dtype: paramDtype, scaleInit)
      operands.append(norm.laidOut(scale, x.dtype))
    }
    let known = KnownComposite.rmsNorm(
      KnownComposite.NormalizationAttributes(
        axes: norm.axes, epsilon: epsilon, usesScale: useScale, isWide: reductionsInAtLeastFp32))
    let y = Value.composite(known, operands) { inputs in
      let values = inputs[0].widened(reductionsInAtLeastFp32)
      let meanSquare = (values * values).mean(over: norm.axes)
      let unit = values * meanSquare.adding(epsilon).unary(.rsqrt)
      let isZero = meanSquare .== meanSquare.scalarLike(0)
      let result = unit.stoppingGradient(where: isZero).converted(to: inputs[0].dtype)
      return [useScale ? result * inputs[1] : result]
    }
    return SequenceValue(y[0], mask: x.mask)
  }
}

/// Each timestep scaled to length 1 over channel axes: `y = x / sqrt(Σ x² + epsilon)`.
///
/// Computed in float32 for the low precisions. Where the sum is 0 no gradient reaches the input.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `RMSNormalization`.
/// - Source: sequence_layers/jax/normalization.py `L2Normalize`.
extension L2Normalize: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireNormalizable(input, epsilon)
    _ = try channelAxes("axis", axis.values, input)
    return input
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let axes = try channelAxes("axis", axis.values, x.channelSpec)
    return x.mapValues { input in
      let values = input.widened()
      let sum = (values * values).reduced(.sum, axes: axes, keepingAxes: true)
      let unit = values * sum.adding(epsilon).unary(.rsqrt)
      let isZero = sum .== sum.scalarLike(0)
      return unit.stoppingGradient(where: isZero).converted(to: input.dtype)
    }
  }
}
