import Tensors

/// Convolution over time and one spatial axis, as ``Conv1D`` with windows of `kernelSize[0]` timesteps
/// and `kernelSize[1]` elements.
///
/// - Shape: `[b, t, h, c] -> [b, t / s, h', filters]` with
///   `h' = ceil((h + left + right - (k - 1)·d) / s)` in the numbers of the spatial axis; parameters
///   `kernel [kt, kh, c / groups, filters]`, `bias [filters]`, with weight normalisation
///   `scale [filters]`.
/// - Mask: by `timePadding`, as in ``Conv1D``.
/// - Streaming: over time as ``Conv1D``; state `buffer [b, n, h, c]` and, where past masks matter,
///   `mask [b, n]`.
/// - Beyond: steps with `same` and `semicausalFull`.
/// - Throws: ``LayerError`` as ``Conv1D``; also `.invalidConfig` for other than one or two numbers an
///   axis or negative padding, `.invalidInput` for input that is not `[b, t, h, c]` or smaller than a
///   window.
/// - Source: sequence_layers/jax/convolution.py `Conv2D`.
extension Conv2D: FullConvolutionLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate,
      timePadding: timePadding, spatialPadding: [spatialPadding], spatialRank: 1)
  }
}
