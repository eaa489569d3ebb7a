import Tensors

/// Convolution over time: `y[o] = activation(Σ_k x[o·s - left + k·d] · kernel[k] + bias)`, taps in
/// stored order (a cross-correlation).
///
/// - Shape: `[b, t, c] -> [b, t / s, filters]`; parameters `kernel [k, c / groups, filters]`,
///   `bias [filters]`, with weight normalisation `scale [filters]`.
/// - Mask: by padding mode; see ``TimeWindow``. With more than one tap, invalid input counts as 0.
/// - Streaming: block `s`; input latency `(k - 1)·d` for the reverse modes, half of it
///   rounded up for `same`, else 0; state `buffer`
///   `[b, n, c]` and, where past masks matter, `mask [b, n]`.
/// - Beyond: steps with `same` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, filters that the groups do not
///   divide, or two reparametrisations; `.invalidInput` for input that is not `[b, t, c]` or whose
///   channels the groups do not divide.
/// - Source: sequence_layers/jax/convolution.py `Conv1D`.
extension Conv1D: FullConvolutionLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate, padding: padding)
  }
}
