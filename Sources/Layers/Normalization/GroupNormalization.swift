import Programs
import Tensors

/// Groups of channels shifted and scaled to mean 0 and variance 1, with moments over the whole sequence
/// or, when `cumulative`, over the timesteps so far.
///
/// The extent of `axis` is cut into `numGroups` groups of neighbours. Moments of a row and group are
/// over valid timesteps and all other axes, in float32 or wider. Cumulative moments follow the
/// original: the deviation of every timestep is from the mean as it was at that timestep. Where the
/// variance is 0 no gradient reaches the input.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; parameters `scale` and `bias` of the extent of `axis`.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: only when `cumulative`: state `sum`, `count` and `squares`, each `[b, groups]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `numGroups < 1`, `axis` is not a channel axis or
///   `epsilon` is negative; `.invalidInput` when the groups do not divide the axis or the input is not
///   floating-point; `.notSteppable` when not cumulative.
/// - Source: sequence_layers/jax/normalization.py `GroupNormalization`; arXiv 1803.08494.
extension GroupNormalization: SequenceLayer {
  public var stepObstacle: String? {
    cumulative
      ? nil
      : "the moments are over the whole sequence; cumulative: true takes those so far, which is another "
        + "function"
  }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [cumulative ? .past : .everything] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("numGroups", numGroups, atLeast: 1)
    try requireNormalizable(input, epsilon)
    let along = try channelAxis("axis", axis, input)
    guard input.shape[along - 2] % numGroups == 0 else {
      throw .input(
        self, found: "extent \(input.shape[along - 2]) on axis \(along)",
        expected: "a multiple of the \(numGroups) groups")
    }
    return input
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    if let stepObstacle {
      throw LayerError(
        .notSteppable, layer: typeName, found: "a request to step", expected: stepObstacle)
    }
    let dtype: DType = input.dtype == .float64 ? .float64 : .float32
    let zeros = context.builder.full(0, ValueType(dtype, [context.batch, numGroups]))
    var state = LayerState()
    for leaf in ["sum", "count", "squares"] { state.declare(leaf, zeros) }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try normalized(x, &state, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    guard !cumulative else {
      var state = try initialState(for: x.channelSpec, context)
      return try normalized(x, &state, context)
    }
    let groups = try grouped(x)
    let moments = groups.wholeMoments()
    let isFlat = moments.variance .== moments.variance.scalarLike(0)
    let unit = moments.normalize(groups.values, epsilon).stoppingGradient(where: isFlat)
    return try finish(unit, groups, x, context)
  }

  private func normalized(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var groups = try grouped(x)
    if context.options.differentiable {
      // The rule for flat groups concerns the input: later timesteps give it no gradient either.
      var unused = state
      let variance = groups.cumulativeMoments(&unused).variance
      groups.values = groups.values.stoppingGradient(where: variance .== variance.scalarLike(0))
    }
    let unit = groups.cumulativeMoments(&state).normalize(groups.values, epsilon)
    return try finish(unit, groups, x, context)
  }

  private func grouped(_ x: SequenceValue) throws(LayerError) -> ChannelGroups {
    let axis = try channelAxis("axis", axis, x.channelSpec)
    let dtype: DType = x.dtype == .float64 ? .float64 : .float32
    var shape = x.values.shape
    shape[axis] /= numGroups
    shape.insert(numGroups, at: axis)
    let masked = x.maskedInvalid().values.converted(to: dtype)
    return ChannelGroups(values: masked.reshaped(shape), mask: x.mask, axis: axis)
  }

  private func finish(
    _ unit: Value, _ groups: ChannelGroups, _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let norm = NormAxes([groups.axis], of: x.channelSpec)
    var y = unit.reshaped(x.values.shape)
    if useScale {
      let scale = try context.parameter("scale", norm.extents, dtype: paramDtype, scaleInit)
      y = y * norm.laidOut(scale, y.dtype)
    }
    if useBias {
      let bias = try context.parameter("bias", norm.extents, dtype: paramDtype, biasInit)
      y = y + norm.laidOut(bias, y.dtype)
    }
    return SequenceValue(y.converted(to: x.dtype), mask: x.mask)
  }
}
