import Programs
import Tensors

/// Every row and element of `axis` shifted and scaled to mean 0 and variance 1 over the whole sequence.
///
/// Moments are over valid timesteps and all channel axes but those of `axis`, with the biased variance, in
/// float32 or wider. Where the variance is 0 no gradient reaches the input.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; parameters `gamma` and `beta` of the extents of `axis`, with
///   `scale` and `center`.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: none; the moments are over the whole sequence.
/// - Throws: ``LayerError`` `.invalidConfig` when `axis` is not a channel axis or `epsilon` is negative,
///   `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/tensorflow/normalization.py `InstanceNormalization`; arXiv 1607.08022.
extension InstanceNormalization: WholeSequenceLayer {
  public var stepObstacle: String? {
    "the moments are over the whole sequence; GroupNormalization with cumulative: true takes those so "
      + "far, which is another function"
  }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.everything] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireNormalizable(input, epsilon)
    _ = try channelAxes("axis", axis.values, input)
    return input
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let norm = NormAxes(try channelAxes("axis", axis.values, x.channelSpec), of: x.channelSpec)
    let wide: DType = x.dtype == .float64 ? .float64 : .float32
    let values = x.maskedInvalid().values.converted(to: wide)
    let folded = (1..<values.rank).filter { !norm.axes.contains($0) }
    let others = x.channelShape.elementCount / max(1, norm.count)
    let ones: Shape = Array(repeating: 1, count: values.rank - 1)
    let count = x.lengths.converted(to: wide).scaled(by: Double(others)).binary(.max, 1)
      .reshaped([x.batch] + ones)
    let centred = values - values.reduced(.sum, axes: folded, keepingAxes: true) / count
    let deviations = x.expandedMask.select(centred * centred, values.scalarLike(0))
    let variance = deviations.reduced(.sum, axes: folded, keepingAxes: true) / count
    let isFlat = variance .== variance.scalarLike(0)
    var y = (centred * variance.adding(epsilon).unary(.rsqrt)).stoppingGradient(where: isFlat)
    if scale {
      let gamma = try context.parameter("gamma", norm.extents, gammaInitializer)
      y = y * norm.laidOut(gamma, wide)
    }
    if center {
      let beta = try context.parameter("beta", norm.extents, betaInitializer)
      y = y + norm.laidOut(beta, wide)
    }
    return SequenceValue(y.converted(to: x.dtype), mask: x.mask)
  }
}
