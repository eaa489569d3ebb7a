import Tensors

/// Transposed convolution over time, which raises the rate by `s`; see ``TransposeWindow``.
///
/// The kernel is applied in stored order to the stretched input (as the original does), so its impulse
/// response is the kernel reversed; other frameworks store it the other way round, which `reverseKernel` is for.
///
/// - Shape: `[b, t, c] -> [b, t · s, filters]` (longer for `valid` and `semicausal_full`); parameters
///   `kernel [k, c / groups, filters]`, `bias [filters]`, with weight normalisation `scale [filters]`.
/// - Mask: repeated for `causal` and `same`; for `valid` and `causal_valid` an output is valid when all inputs
///   that reach it are, for `semicausal_full` when any is.
/// - Streaming: `causal` and `causal_valid`, without latency, and `same`, with an input latency `l` of `(span - 1 - left) / s`
///   rounded up; block 1, ratio `s`; state `buffer [b, n, c]`, the last inputs, and with a latency
///   `mask [b, l]`, or for `causal_valid` `mask [b, n]`.
/// - Beyond: steps with `same`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, filters that the groups do not
///   divide, other padding modes than valid, same, causal, causal_valid and semicausal_full; `.invalidInput` as
///   `Conv1D`.
/// - Source: sequence_layers/jax/convolution.py `Conv1DTranspose`; with `causal_valid` and `reverseKernel`
///   sequence_layers/tensorflow/convolution.py `Conv1DTranspose` with padding `causal`.
extension Conv1DTranspose: FullTransposedConvolutionLayer {
  var timePaddingName: String { "padding" }
  var reversesKernel: Bool { reverseKernel }
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate, padding: padding)
  }
}
