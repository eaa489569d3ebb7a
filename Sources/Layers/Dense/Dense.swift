import Programs
import Tensors

/// A linear map of the last channel axis: `y = activation(x · kernel + bias)`.
///
/// - Shape: `[b, t, ..., c] -> [b, t, ..., features]`; parameters `kernel [c, features]`,
///   `bias [features]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input without channel axes, `.invalidConfig` when
///   `features < 1` or the compute dtype is an integer.
/// - Source: sequence_layers/jax/dense.py `Dense`.
extension Dense: StatelessLayer {
  private func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("features", features, atLeast: 1)
    try requireChannelRank(1...Int.max, input, layer: typeName)
    return ChannelSpec(input.shape.dropLast() + [features], try computeType(input))
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let dtype = try computeType(x.channelSpec)
    let channels = x.channelShape[x.channelShape.count - 1]
    let kernel = try context.parameter(
      "kernel", [channels, features], dtype: paramDtype, kernelInit)
    var bias: Value?
    if useBias { bias = try context.parameter("bias", [features], dtype: paramDtype, biasInit) }
    return x.mapValues(preservingZero: !useBias && activation == .none) { values in
      let product = values.converted(to: dtype).matmul(kernel.converted(to: dtype))
      let shifted = bias.map { product + $0.converted(to: dtype) } ?? product
      return activation.apply(shifted)
    }
  }
}
