import Tensors

/// Convolution over time of every channel by itself, then a linear map of the channels.
///
/// - Shape: `[b, t, c] -> [b, t / s, filters]`; parameters `depthwise_kernel [k, c, m]`,
///   `pointwise_kernel [1, c · m, filters]`, `bias [filters]`, with `m` the depth multiplier.
/// - Mask: by padding mode; for `causal` and `reverse_causal` every tap must be valid, padding before the
///   sequence counting as valid.
/// - Streaming: as ``DepthwiseConv1D``.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, `.invalidInput` for input that is not
///   `[b, t, c]`.
/// - Source: sequence_layers/tensorflow/convolution.py `SeparableConv1D`.
extension SeparableConv1D: SeparableConvolutionLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate,
      padding: padding.withEveryTapValid)
  }
}
