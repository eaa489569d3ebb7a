import Programs
import Tensors

/// A fixed low-pass filter over time: a sinc at `cutoff` of the sample rate under a Kaiser window, with
/// the sum 1.
///
/// - Shape: `[b, t, c] -> [b, t / s, c]`; no parameters.
/// - Mask: by padding mode, as in ``SeparableConv1D``.
/// - Streaming: as ``DepthwiseConv1D``.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, a cutoff outside 0 to 0.5 or a negative
///   `kaiserBeta`, `.invalidInput` for input that is not `[b, t, c]`.
/// - Source: sequence_layers/tensorflow/convolution.py `SincFilter1D`.
extension SincFilter1D: WindowConvolutionLayer {
  private var filter: SincFilter {
    SincFilter(size: kernelSize.clampedField, cutoff: cutoff, kaiserBeta: kaiserBeta)
  }
  var preservesZero: Bool { true }
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, padding: padding.withEveryTapValid)
  }

  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType) {
    try filter.check(self)
    try requireElements(.floating, input)
    return (input.shape[0], input.dtype)
  }

  func convolve(
    _ x: Value, left: Int, right: Int, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let channels = x.shape[2]
    let kernel = try filter.kernel(channels, x.dtype, context)
    return x.convolved(
      kernel, windowFields.convolution(left: left, right: right, groups: channels))
  }
}

/// The low-pass filter of ``SincFilter1D`` over the input stretched by zeros, which raises the rate by `s`.
///
/// The result is not multiplied by `s`, so its level is `1 / s` of the input's.
///
/// - Shape: `[b, t, c] -> [b, t · s, c]`, longer for `valid`; no parameters.
/// - Mask: as ``Conv1DTranspose``.
/// - Streaming: `causal` only; block 1, ratio `s`, no latency; state
///   `buffer [b, floor((k - 1) / s), c]`, the last inputs.
/// - Throws: ``LayerError`` as ``SincFilter1D``, and `.invalidConfig` for padding that
///   ``Conv1DTranspose`` does not have.
/// - Source: sequence_layers/tensorflow/convolution.py `SincFilter1DTranspose`.
extension SincFilter1DTranspose: TransposedConvolutionLayer {
  private var filter: SincFilter {
    SincFilter(size: kernelSize.clampedField, cutoff: cutoff, kaiserBeta: kaiserBeta)
  }
  var timePaddingName: String { "padding" }
  var windowFields: WindowFields {
    WindowFields("kernelSize", kernelSize, strides: strides, padding: padding)
  }

  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType) {
    try filter.check(self)
    try requireElements(.floating, input)
    return (input.shape[0], input.dtype)
  }

  func parameters(
    _ input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> (ConvolutionParameters, groups: Int) {
    let channels = input.shape[0]
    let kernel = try filter.kernel(channels, input.dtype, context)
    return (ConvolutionParameters(kernel: kernel), channels)
  }
}
