import Tensors

/// Convolution over time of every channel by itself: output channel `c · m + j` is channel `c` with
/// its `j`-th kernel, `m` the depth multiplier.
///
/// - Shape: `[b, t, c] -> [b, t / s, c · m]`; parameters `kernel [k, 1, c · m]`, `bias [c · m]`, with
///   weight normalisation `scale [c · m]`.
/// - Mask: by padding mode; see ``TimeWindow``. With more than one tap, invalid input counts as 0.
/// - Streaming: block `s`; input latency `(k - 1)·d` for the reverse modes, half of it
///   rounded up for `same`, else 0; state `buffer`
///   `[b, n, c]` and, where past masks matter, `mask [b, n]`.
/// - Beyond: steps with `same` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1 or two reparametrisations,
///   `.invalidInput` for input that is not `[b, t, c]`.
/// - Source: sequence_layers/jax/convolution.py `DepthwiseConv1D`.
extension DepthwiseConv1D: DepthwiseConvolutionLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate, padding: padding)
  }
}
