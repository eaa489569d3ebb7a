import Programs
import Tensors

/// A linear map of all channel axes at once to a new channel shape:
/// `y = activation(x · kernel + bias)`.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...outputShape]`; parameters `kernel [...c, ...outputShape]`, where
///   a channel shape without axes counts as `[1]`, and `bias [...outputShape]`, or `[1]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` for output extents below 1 or a compute dtype that is not
///   floating-point, `.invalidInput` for complex input.
/// - Source: sequence_layers/jax/dense.py `DenseShaped`.
extension DenseShaped: StatelessLayer {
  private func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    try requireExtents("outputShape", outputShape.values)
    return ChannelSpec(outputShape.values, try computeType(input))
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let dtype = try computeType(x.channelSpec)
    let inputs = x.channelShape.isEmpty ? [1] : x.channelShape
    let outputs = outputShape.values.isEmpty ? [1] : outputShape.values
    let kernel = try context.parameter(
      "kernel", inputs + outputs, dtype: paramDtype, kernelInit)
    var bias: Value?
    if useBias { bias = try context.parameter("bias", outputs, dtype: paramDtype, biasInit) }
    let matrix = kernel.converted(to: dtype)
      .reshaped([inputs.elementCount, outputs.elementCount])
    let full = [x.batch, x.time]
    return x.mapValues(preservingZero: !useBias && activation == .none) { values in
      let flat = values.converted(to: dtype).reshaped(full + [inputs.elementCount])
      var y = flat.matmul(matrix).reshaped(full + outputs)
      if let bias { y = y + bias.converted(to: dtype) }
      // With an empty output shape the bias's own axis goes before the activation sees the result.
      return activation.apply(y.reshaped(full + outputShape.values))
    }
  }
}
