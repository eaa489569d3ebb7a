import Programs
import Tensors

/// Attention to a whole source by content and by where it attended before:
/// `y = softmax(v · tanh(query(x) + key(source) + location)) · source`.
///
/// `location` are `L` filters along the source, for each head, over its probabilities of the timestep before and
/// the sums of all before, projected to the head's units. Before the first timestep both are 1 at the first
/// timestep of the source. With `same` padding a filter sees `(f - 1) / 2` timesteps before, rounded down; with
/// `valid` none, so features come early and are 0 at the end of the source.
///
/// - Shape: `[b, t, d] -> [b, t, n, c]`, source `[b, s, c]`, floating-point; parameters as
///   ``AdditiveAttention``, `location_filters/depthwise_kernel [f, 2, n, L]` and
///   `location_projection [n, L, u]`.
/// - Mask: unchanged; invalid timesteps of the source weigh nothing and have no location.
/// - Streaming: block 1, no latency; state `probabilities` and `cumulative` `[b, s, n]`, and
///   `keys [b, s, n, u]`, `source [b, s, c]`, `mask [b, s]`, which no step changes.
/// - Beyond: invalid timesteps leave the state as it was, so gaps change nothing; nothing that lies at invalid
///   timesteps of the source reaches the output; the keys are computed once.
/// - Emits: `probabilities [b, t, n, s]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, another padding or an empty source name;
///   `.invalidConstant` for a source that is missing or no sequence `[b, s, c]`; `.invalidInput` for input that
///   is not `[b, t, d]` of floating-point numbers.
/// - Source: sequence_layers/tensorflow/attention.py `LocationSensitiveAttention`; Chorowski et al. 2015,
///   arXiv 1506.07503. The original moves on in invalid timesteps too, so what they hold reaches valid ones.
extension LocationSensitiveAttention: TanhAttention, SequenceLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.past] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("locationNumFilters", locationNumFilters, atLeast: 1)
    try require("locationFilterSize", locationFilterSize, atLeast: 1)
    guard locationFilterPadding == .same || locationFilterPadding == .valid else {
      throw .config(
        self, "locationFilterPadding", found: locationFilterPadding.rawValue,
        expected: "same or valid")
    }
    return try contextSpec(input, constants)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    let dtype = computeType(input.dtype)
    let (keys, source) = try keyedSource(dtype, context)
    let start = context.builder.sourceStart(
      ValueType(dtype, [context.batch, source.time, numHeads]))
    var state = LayerState()
    for (name, value) in [
      ("probabilities", start), ("cumulative", start), ("keys", keys), ("source", source.values),
      ("mask", source.mask),
    ] { state.declare(name, value) }
    return state
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var state = try initialState(for: x.channelSpec, context)
    return try step(x, &state, context)
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let network = try network(computeType(x.dtype), context)
    let source = SequenceValue(state["source"], mask: state["mask"], isMasked: true)
    let result = context.builder.loop(
      tripCount: x.time, axis: 1,
      captured: [state["keys"], source.mask] + network,
      carried: [state["probabilities"], state["cumulative"]],
      sliced: [try queries(x, context), x.mask]
    ) { captured, carried, slices in
      let probabilities = turn(
        query: slices[0], keys: captured[0], mask: captured[1], carried,
        network: Array(captured.dropFirst(2)))
      let isValid = slices[1].expandingAxes([1, 2])
      let byPlace = probabilities.transposed([0, 2, 1])
      let next = [byPlace, carried[1] + byPlace]
      return (zip(next, carried).map { isValid.select($0, $1) }, [probabilities])
    }
    (state["probabilities"], state["cumulative"]) = (result.carried[0], result.carried[1])
    // [b, t, n, s]
    let probabilities = result.stacked[0]
    context.emit(
      "probabilities", SequenceValue(probabilities.converted(to: x.dtype), mask: x.mask))
    let output = probabilities.dot(
      source.values,
      DotDimensions(leftBatch: [0], rightBatch: [0], leftContracting: [3], rightContracting: [1]))
    return SequenceValue(output.converted(to: x.dtype), mask: x.mask)
  }

  /// Filters, their projection and `v`.
  private func network(_ dtype: DType, _ context: LayerContext) throws(LayerError) -> [Value] {
    let (filters, heads) = (locationNumFilters, numHeads)
    let scaled = Initializer.varianceScaling(mode: .fanOut, distribution: .truncatedNormal)
    let kernel = try context.parameter(
      "location_filters/depthwise_kernel", [locationFilterSize, 2, heads, filters],
      .uniform(scale: 0.1, minval: -0.05))
    let projection = try context.parameter(
      "location_projection", [heads, filters, unitsPerHead], scaled)
    let v = try context.parameter("v", [heads, unitsPerHead], scaled)
    return [kernel, projection, v].map { $0.converted(to: dtype) }
  }

  /// The probabilities `[b, n, s]` of one query `[b, n, u]`.
  private func turn(
    query: Value, keys: Value, mask: Value, _ before: [Value], network: [Value]
  ) -> Value {
    let (rows, time) = (keys.shape[0], keys.shape[1])
    let (filters, taps) = (locationNumFilters, locationFilterSize)
    // Channels [n, 2] of every head, filtered by [2, n · L] each head by itself.
    let seen = Value.concatenate(before.map { $0.expandingAxes([3]) }, axis: 3)
      .reshaped([rows, time, numHeads * 2])
    let kernel = network[0].reshaped([taps, 2, numHeads * filters])
    let low = locationFilterPadding == .same ? (taps - 1) / 2 : 0
    let features = seen.convolved(
      kernel,
      ConvolutionDimensions(
        spatialRank: 1, padLow: [low], padHigh: [taps - 1 - low], featureGroups: numHeads))
    let isComplete = locationFilterPadding == .same ? time : max(0, time - taps + 1)
    let whole = features.sliced(axis: 1, from: 0, to: isComplete)
      .padded(axis: 1, low: 0, high: time - isComplete)
      .reshaped([rows, time, numHeads, filters])
    // [n, b, s, u]
    let projected = whole.dot(
      network[1],
      DotDimensions(leftBatch: [2], rightBatch: [0], leftContracting: [3], rightContracting: [1]))
    let location = projected.transposed([1, 2, 0, 3])
    let isThere = mask.expandingAxes([2, 3])
    let hidden =
      (query.expandingAxes([1]) + keys + isThere.select(location, location.scalarLike(0)))
      .unary(.tanh)
    let logits = (hidden * network[2]).reduced(.sum, axes: [3]).transposed([0, 2, 1])
    return logits.softmax(where: mask.expandingAxes([1]))
  }
}

extension ProgramBuilder {
  /// 1 at the first timestep of a source and 0 at the others, `[b, s, ...]`.
  func sourceStart(_ type: ValueType) -> Value {
    let positions = iota(type, axis: 1)
    return (positions .< positions.scalarLike(1)).converted(to: type.dtype)
  }
}
