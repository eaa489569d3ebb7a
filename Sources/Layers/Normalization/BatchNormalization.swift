import Programs
import Tensors

/// Every channel shifted and scaled by statistics of the batch in training, by running averages of
/// them otherwise: `y = (x - mean) / sqrt(variance + epsilon) * scale + bias`.
///
/// Statistics are over all axes but `axis`, of valid timesteps only, with the biased variance, in
/// float32 for the low precisions; `useFastVariance` computes the variance as `max(0, E[x²] - E[x]²)`.
/// In training, variables follow: `running = momentum * running + (1 - momentum) * batch`.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; parameters `BatchNorm_0/scale` and `BatchNorm_0/bias`,
///   variables `BatchNorm_0/mean` and `BatchNorm_0/var`, all of the extent of `axis`. A layer with a
///   name has its name instead of `BatchNorm_0` there.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless; refuses to step in training, when outputs depend on future timesteps.
/// - Throws: ``LayerError`` `.invalidConfig` when `axis` is not a channel axis, `momentum` is not within
///   0 ... 1 or `epsilon` is negative; `.invalidInput` for input that is not floating-point;
///   `.notSteppable` in training.
/// - Source: sequence_layers/jax/normalization.py `BatchNormalization`; arXiv 1502.03167. Statistics of
///   a batch without any valid timestep are 0 and leave the running ones alone; the original gets NaN.
extension BatchNormalization: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireNormalizable(input, epsilon)
    guard (0...1).contains(momentum) else {
      throw .config(self, "momentum", found: "\(momentum)", expected: "a number from 0 to 1")
    }
    _ = try channelAxis("axis", axis, input)
    return input
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    try requireEvaluation(context)
    return LayerState()
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try requireEvaluation(context)
    return try layer(x, context)
  }

  private func requireEvaluation(_ context: LayerContext) throws(LayerError) {
    guard !context.training else {
      throw LayerError(
        .notSteppable, layer: typeName, found: "a request to step in training",
        expected: "layer-wise training, because the statistics need all timesteps",
        suggestion: "step with training off")
    }
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let norm = NormAxes([try channelAxis("axis", axis, x.channelSpec)], of: x.channelSpec)
    let scope = name ?? "BatchNorm_0"
    let wide: DType = x.dtype == .float64 ? .float64 : .float32
    let running = Moments(
      mean: try context.variable("\(scope)/mean", norm.extents, .zeros).converted(to: wide),
      variance: try context.variable("\(scope)/var", norm.extents, .ones).converted(to: wide))
    var used = running
    if context.training {
      used = batchMoments(x, norm, wide)
      let hasSteps = x.mask.reduced(.or, axes: [0, 1])
      let mean = running.mean.moved(to: used.mean, by: 1 - momentum)
      let variance = running.variance.moved(to: used.variance, by: 1 - momentum)
      context.update(
        variable: "\(scope)/mean",
        hasSteps.select(mean, running.mean).stoppingGradient.converted(to: .float32))
      context.update(
        variable: "\(scope)/var",
        hasSteps.select(variance, running.variance).stoppingGradient.converted(to: .float32))
    }
    var factor = used.variance.adding(epsilon).unary(.rsqrt)
    if useScale {
      let scale = try context.parameter(
        "\(scope)/scale", norm.extents, dtype: paramDtype, scaleInit)
      factor = factor * scale.converted(to: wide)
    }
    let centred = x.values.converted(to: wide) - norm.laidOut(used.mean, wide)
    var y = centred * norm.laidOut(factor, wide)
    if useBias {
      let bias = try context.parameter("\(scope)/bias", norm.extents, dtype: paramDtype, biasInit)
      y = y + norm.laidOut(bias, wide)
    }
    return SequenceValue(y.converted(to: x.dtype), mask: x.mask)
  }

  private struct Moments {
    var mean: Value
    var variance: Value
  }

  private func batchMoments(_ x: SequenceValue, _ norm: NormAxes, _ wide: DType) -> Moments {
    let values = x.maskedInvalid().values.converted(to: wide)
    let folded = (0..<values.rank).filter { !norm.axes.contains($0) }
    let others = x.channelShape.elementCount / max(1, norm.count)
    let steps = x.lengths.converted(to: wide).reduced(.sum, axes: [0])
    let count = steps.scaled(by: Double(others)).binary(.max, 1)
    let mean = values.reduced(.sum, axes: folded) / count
    guard !useFastVariance else {
      let square = (values * values).reduced(.sum, axes: folded) / count
      return Moments(mean: mean, variance: (square - mean * mean).binary(.max, 0))
    }
    let centred = values - norm.laidOut(mean, wide)
    let deviations = x.expandedMask.select(centred * centred, values.scalarLike(0))
    return Moments(mean: mean, variance: deviations.reduced(.sum, axes: folded) / count)
  }
}

extension Value {
  /// This moved by a part of the way to another value.
  fileprivate func moved(to target: Value, by part: Double) -> Value {
    scaled(by: 1 - part) + target.scaled(by: part)
  }
}
