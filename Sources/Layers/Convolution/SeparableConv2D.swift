import Tensors

/// Convolution over time and one spatial axis of every channel by itself, then a linear map of the
/// channels.
///
/// - Shape: `[b, t, h, c] -> [b, t / s, h', filters]` with `h'` as in ``Conv2D``; parameters
///   `depthwise_kernel [kt, kh, c, m]`, `pointwise_kernel [1, 1, c · m, filters]`, `bias [filters]`, with
///   `m` the depth multiplier.
/// - Mask: by `timePadding`, as in ``DepthwiseConv2D``.
/// - Streaming: over time as ``Conv2D``.
/// - Throws: ``LayerError`` as ``Conv2D``.
/// - Source: sequence_layers/tensorflow/convolution.py `SeparableConv2D`.
extension SeparableConv2D: SeparableConvolutionLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate,
      timePadding: timePadding.withEveryTapValid, spatialPadding: [.mode(spatialPadding)],
      spatialRank: 1)
  }
}
