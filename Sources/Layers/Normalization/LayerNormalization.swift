import Programs
import Tensors

/// Each timestep shifted and scaled to mean 0 and variance 1 over channel axes:
/// `y = (x - mean) / sqrt(variance + epsilon) * scale + bias`, with the biased variance.
///
/// As the composite `layerNorm`: operands x, then scale, then bias, those that are used, both in the
/// dtype and rank of x; attributes `axes`, `epsilon`, `useScale`, `useBias`, `wide` (float32
/// inside for the low precisions). Where the variance is 0 no gradient reaches the input.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; parameters `scale` and `bias` with the extents of `axis` in
///   ascending order.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when an axis is not a channel axis or `epsilon` is
///   negative, `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/normalization.py `LayerNormalization`; arXiv 1607.06450.
extension LayerNormalization: PointwiseLayer {
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
    if useBias {
      let bias = try context.parameter("bias", norm.extents, dtype: paramDtype, biasInit)
      operands.append(norm.laidOut(bias, x.dtype))
    }
    let known = KnownComposite.layerNorm(
      KnownComposite.NormalizationAttributes(
        axes: norm.axes, epsilon: epsilon, usesScale: useScale, usesBias: useBias,
        isWide: reductionsInAtLeastFp32))
    let y = Value.composite(known, operands) { inputs in
      let values = inputs[0].widened(reductionsInAtLeastFp32)
      let centred = values - values.mean(over: norm.axes)
      let variance = (centred * centred).mean(over: norm.axes)
      let unit = centred * variance.adding(epsilon).unary(.rsqrt)
      let isFlat = variance .== variance.scalarLike(0)
      var result = unit.stoppingGradient(where: isFlat).converted(to: inputs[0].dtype)
      if useScale { result = result * inputs[1] }
      if useBias { result = result + inputs[inputs.count - 1] }
      return [result]
    }
    return SequenceValue(y[0], mask: x.mask)
  }
}

extension SequenceLayer {
  /// Checks what every normalisation needs.
  func requireNormalizable(_ input: ChannelSpec, _ epsilon: Double) throws(LayerError) {
    guard epsilon >= 0 else {
      throw .config(self, "epsilon", found: "\(epsilon)", expected: "0 or more")
    }
    try requireElements(.floating, input)
  }
}
