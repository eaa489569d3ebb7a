import Tensors

/// Transposed convolution over time and one spatial axis, as ``Conv1DTranspose``: it raises the rate by
/// `strides[0]` and stretches the spatial axis by `strides[1]`.
///
/// - Shape: `[b, t, h, c] -> [b, t · s, h', filters]` with `h' = h · s` for `same` and `causal`, more for
///   `valid`, and `(h - 1)·s + 1 + left + right - (k - 1)·d` for explicit padding; parameters
///   `kernel [kt, kh, c / groups, filters]`, `bias [filters]`, with weight normalisation
///   `scale [filters]`.
/// - Mask: by `timePadding`, as in ``Conv1DTranspose``.
/// - Streaming: over time as ``Conv1DTranspose``; state
///   `buffer [b, floor((span - 1) / s), h, c]`.
/// - Throws: ``LayerError`` as ``Conv1DTranspose``; also `.invalidConfig` for other than one or two
///   numbers an axis or negative padding, `.invalidInput` for input that is not `[b, t, h, c]`.
/// - Source: sequence_layers/jax/convolution.py `Conv2DTranspose`. The original takes explicit padding in
///   its config and then cannot tell the shape.
extension Conv2DTranspose: FullTransposedConvolutionLayer {
  var timePaddingName: String { "timePadding" }
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate,
      timePadding: timePadding, spatialPadding: [spatialPadding], spatialRank: 1)
  }
}
