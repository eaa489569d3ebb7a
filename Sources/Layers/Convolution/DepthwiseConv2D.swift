import Tensors

/// Convolution over time and one spatial axis of every channel by itself: output channel `c · m + j` is
/// channel `c` with its `j`-th kernel, `m` the depth multiplier.
///
/// - Shape: `[b, t, h, c] -> [b, t / s, h', c · m]` with `h'` as in ``Conv2D``; parameters
///   `depthwise_kernel [kt, kh, c, m]`, `bias [c · m]`.
/// - Mask: by `timePadding`; for `causal` and `reverse_causal` every tap must be valid, padding before the
///   sequence counting as valid.
/// - Streaming: over time as ``Conv2D``.
/// - Throws: ``LayerError`` as ``Conv2D``.
/// - Source: sequence_layers/tensorflow/convolution.py `DepthwiseConv2D`.
extension DepthwiseConv2D: DepthwiseKernelLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate,
      timePadding: timePadding.withEveryTapValid, spatialPadding: [.mode(spatialPadding)],
      spatialRank: 1)
  }
}
