import Tensors

/// Convolution over time and two spatial axes, as ``Conv2D``.
///
/// - Shape: `[b, t, h, w, c] -> [b, t / s, h', w', filters]`; parameters
///   `kernel [kt, kh, kw, c / groups, filters]`, `bias [filters]`, with weight normalisation
///   `scale [filters]`.
/// - Mask: by `timePadding`, as in ``Conv1D``.
/// - Streaming: over time as ``Conv1D``; state `buffer [b, n, h, w, c]` and, where past masks matter,
///   `mask [b, n]`.
/// - Beyond: steps with `same` and `semicausalFull`.
/// - Throws: ``LayerError`` as ``Conv2D``, and `.invalidConfig` for other than two spatial paddings.
/// - Source: sequence_layers/jax/convolution.py `Conv3D`.
extension Conv3D: FullConvolutionLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate,
      timePadding: timePadding, spatialPadding: spatialPadding, spatialRank: 2)
  }
}
