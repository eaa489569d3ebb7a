import Programs
import Tensors

/// Convolution over time of every channel by itself with kernels that are softmax distributions over
/// their taps; with `numHeads`, channel `i` has the kernels of head `i mod numHeads`.
///
/// - Shape: `[b, t, c] -> [b, t / s, c · m]`; parameters `depthwise_kernel [1, k, numHeads or c, m]`,
///   `bias [c · m]`, with `m` the depth multiplier.
/// - Mask: by padding mode, as in ``SeparableConv1D``.
/// - Streaming: as ``DepthwiseConv1D``; in training `layer` and `step` drop the same taps.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1 or a rate outside `0 ..< 1`,
///   `.invalidInput` for input that is not `[b, t, c]` or whose channels the heads do not divide.
/// - Source: sequence_layers/tensorflow/convolution.py `NormalizedDepthwiseConv1D`; arXiv 1901.10430.
extension NormalizedDepthwiseConv1D: DepthwiseKernelLayer {
  var windowFields: WindowFields {
    WindowFields(
      "kernelSize", kernelSize, strides: strides, dilationRate: dilationRate,
      padding: padding.withEveryTapValid)
  }

  func checkChannels(_ channels: Int) throws(LayerError) {
    guard (0..<1).contains(depthwiseDropconnectRate) else {
      throw .config(
        self, "depthwiseDropconnectRate", found: "\(depthwiseDropconnectRate)",
        expected: "a rate from 0 to below 1")
    }
    guard let numHeads else { return }
    try require("numHeads", numHeads, atLeast: 1)
    guard channels % numHeads == 0 else {
      throw .input(
        self, found: "\(channels) channels for \(numHeads) heads",
        expected: "channels that the heads divide")
    }
  }

  func depthwiseKernel(_ channels: Int, _ context: LayerContext) throws(LayerError) -> Value {
    let heads = numHeads ?? channels
    let taps = windowFields.taps[0]
    let logits = try context.parameter(
      "depthwise_kernel", [1, taps, heads, depthMultiplier], depthwiseInitializer)
    let kernel = dropped(logits.softmax(axis: 1), context)
      .reshaped([taps, heads, depthMultiplier])
    return kernel.broadcast(
      to: [taps, channels / heads, heads, depthMultiplier], axes: [0, 2, 3]
    ).reshaped([taps, channels, depthMultiplier])
  }

  /// The kernel with parts of it dropped in training, the same ones for all rows and timesteps.
  private func dropped(_ kernel: Value, _ context: LayerContext) -> Value {
    guard context.training, depthwiseDropconnectRate > 0 else { return kernel }
    let flag = context.builder.full(1, ValueType(.bool, [1, 1]))
    let draws = RandomDraws(sharesRows: true, sharesTime: true)
    let uniform = draws.words(
      kernel.shape.elementCount, SequenceValue(flag, mask: flag), context
    ).uniform.reshaped(kernel.shape)
    let kept = 1 - depthwiseDropconnectRate
    return (uniform .< uniform.scalarLike(kept))
      .select(kernel.scaled(by: 1 / kept), kernel.scalarLike(0))
  }
}
