import Programs
import Tensors

/// Attention of the sequence to itself, within a band of past and future timesteps.
///
/// Query `i` sees key `j` when `i - j <= maxPastHorizon`, `j - i <= maxFutureHorizon` (-1: no limit)
/// and timestep `j` is valid; see ``AttentionCore`` for the arithmetic. There is no output projection:
/// add `DenseShaped` or `Flatten` and `Dense`.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`; parameters by input projection, such as
///   `query_key_value_projection/kernel [d, 3, n, h]`.
/// - Mask: unchanged; invalid timesteps are never keys.
/// - Streaming: block 1; input and output latency `maxFutureHorizon`; state `keys` and `values`
///   `[b, past + future, m, h]`, `mask [b, past + future]`, and with a future horizon `queries` and
///   `queryMask`, which wait until their future is there. Unlimited horizons cannot step.
/// - Throws: ``LayerError`` `.invalidConfig` for horizons below -1 or both 0, counts below 1, heads
///   that the key heads do not divide, grouped heads with the combined projection, negative soft
///   cap; `.notAvailable` for relative positions, sinks and dropout of probabilities; `.invalidInput`
///   for input that is not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `DotProductSelfAttention`; Vaswani et al. 2017. Grouped
///   heads as Ainslie et al. 2023, neighbouring query heads sharing a key head.
extension DotProductSelfAttention: SequenceLayer {
  private var keyHeads: Int { numKvHeads ?? numHeads }
  private var cacheLength: Int { max(0, maxPastHorizon) + max(0, maxFutureHorizon) }
  private var queryNet: HeadNetwork { HeadNetwork(queryNetwork, "query_network") }
  private var keyNet: HeadNetwork { HeadNetwork(keyNetwork, "key_network") }
  private var valueNet: HeadNetwork { HeadNetwork(valueNetwork, "value_network") }

  public var children: [LayerChild] { [queryNet, keyNet, valueNet].compactMap(\.child) }
  public var stepObstacle: String? {
    if maxPastHorizon < 0 { return "an unlimited past needs a cache that grows with every step" }
    if maxFutureHorizon < 0 { return "an unlimited future needs the end of the sequence" }
    return queryNet.stepObstacle ?? keyNet.stepObstacle ?? valueNet.stepObstacle
  }
  public var inputLatency: Int { stepObstacle == nil ? max(0, maxFutureHorizon) : 0 }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    let past = maxPastHorizon < 0 ? -Double.infinity : Double(-maxPastHorizon)
    let future = maxFutureHorizon < 0 ? Double.infinity : Double(maxFutureHorizon)
    return [ReceptiveField(past, future)]
  }

  private func heads(_ input: ChannelSpec) throws(LayerError) -> HeadShape {
    HeadShape(
      heads: numHeads, keyHeads: keyHeads, size: unitsPerHead, useBias: useBias,
      paramDtype: paramDtype,
      dtype: try ComputeType.resolve(
        input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName))
  }

  private func networkSpecs(
    _ input: ChannelSpec, _ constants: ConstantSpecs
  ) throws(LayerError) -> (query: ChannelSpec, key: ChannelSpec, value: ChannelSpec) {
    let dtype = try heads(input).dtype
    let many = ChannelSpec([numHeads, unitsPerHead], dtype)
    let few = ChannelSpec([keyHeads, unitsPerHead], dtype)
    return (
      try queryNet.outputSpec(for: many, constants: constants, owner: self),
      try keyNet.outputSpec(for: few, constants: constants, owner: self),
      try valueNet.outputSpec(for: few, constants: constants, owner: self)
    )
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireChannelRank(1...1, input, layer: typeName)
    try checkFields()
    try checkAvailability()
    let specs = try networkSpecs(input, constants)
    return ChannelSpec([numHeads, specs.value.shape[1]], specs.value.dtype)
  }

  private func checkFields() throws(LayerError) {
    try require("numHeads", numHeads, atLeast: 1)
    try require("unitsPerHead", unitsPerHead, atLeast: 1)
    try require("maxPastHorizon", maxPastHorizon, atLeast: -1)
    try require("maxFutureHorizon", maxFutureHorizon, atLeast: -1)
    guard maxPastHorizon != 0 || maxFutureHorizon != 0 else {
      throw .config(
        self, "maxPastHorizon", found: "0 past and 0 future timesteps",
        expected: "at least one of them to be not 0")
    }
    try require("numKvHeads", keyHeads, atLeast: 1)
    guard numHeads % keyHeads == 0 else {
      throw .config(
        self, "numKvHeads", found: "\(keyHeads) key heads for \(numHeads) query heads",
        expected: "a divisor of numHeads")
    }
    if case .combinedQueryKeyValueProjection = inputProjection, keyHeads != numHeads {
      throw .config(
        self, "inputProjection", found: "a combined projection with \(keyHeads) key heads",
        expected: "a projection with keys apart from queries",
        fix: "set inputProjection: .queryAndKeyValueProjection()")
    }
    if let cap = attentionLogitsSoftCap, cap < 0 {
      throw .config(
        self, "attentionLogitsSoftCap", found: "\(cap)", expected: "0 or more, or nil")
    }
  }

  /// Options of the original that are not here yet are refused rather than ignored.
  private func checkAvailability() throws(LayerError) {
    let missing: [(field: String, isUsed: Bool)] = [
      ("relativePositionEmbedding", relativePositionEmbedding != nil),
      ("numSinkEmbeddings", numSinkEmbeddings > 0),
      ("useSinkScalars", useSinkScalars),
      ("attentionProbabilitiesDropoutRate", attentionProbabilitiesDropoutRate > 0),
    ]
    if let option = missing.first(where: \.isUsed) {
      throw LayerError(
        .notAvailable, layer: typeName, field: option.field, found: "an option of the original",
        expected: "a stack without it: this version does not have it yet")
    }
  }

  private var scaling: HeadScaling {
    HeadScaling(
      size: unitsPerHead, queryScale: queryScale, perDimScale: perDimScale,
      perDimKeyScale: perDimKeyScale, paramDtype: paramDtype)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    let specs = try networkSpecs(input, context.knownConstants)
    var state = LayerState()
    let builder = context.builder
    func declare(_ name: String, _ length: Int, _ spec: ChannelSpec) {
      guard length > 0 else { return }
      let type = ValueType(spec.dtype, [context.batch, length] + spec.shape)
      state.declare(name, builder.full(0, type), kind: .window(axis: 1, length: length))
    }
    declare("keys", cacheLength, specs.key)
    declare("values", cacheLength, specs.value)
    declare("mask", cacheLength, ChannelSpec([], .bool))
    declare("queries", max(0, maxFutureHorizon), specs.query)
    declare("queryMask", max(0, maxFutureHorizon), ChannelSpec([], .bool))
    let dtype = try heads(input).dtype
    let many = ChannelSpec([numHeads, unitsPerHead], dtype)
    let few = ChannelSpec([keyHeads, unitsPerHead], dtype)
    try queryNet.initialState(for: many, into: &state, context)
    try keyNet.initialState(for: few, into: &state, context)
    try valueNet.initialState(for: few, into: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let projected = try inputProjection.project(x.values, try heads(x.channelSpec), context)
    let queries = try queryNet.step(
      SequenceValue(projected.queries, mask: x.mask), &state, context)
    let keys = try keyNet.step(SequenceValue(projected.keys, mask: x.mask), &state, context)
    let values = try valueNet.step(
      SequenceValue(projected.values, mask: x.mask), &state, context
    ).maskedInvalid()
    let allKeys = state.append(try scaling.scaleKeys(keys.values, context), to: "keys")
    let allValues = state.append(values.values, to: "values")
    let keyMask = state.append(x.mask, to: "mask")
    let waiting = state.append(queries.values, to: "queries")
      .sliced(axis: 1, from: 0, to: x.time)
    let waitingMask = state.append(x.mask, to: "queryMask").sliced(axis: 1, from: 0, to: x.time)
    return try attend(
      SequenceValue(waiting, mask: waitingMask), allKeys, allValues, keyMask,
      offset: max(0, maxPastHorizon), context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let projected = try inputProjection.project(x.values, try heads(x.channelSpec), context)
    let queries = try queryNet.layer(SequenceValue(projected.queries, mask: x.mask), context)
    let keys = try keyNet.layer(SequenceValue(projected.keys, mask: x.mask), context)
    let values = try valueNet.layer(SequenceValue(projected.values, mask: x.mask), context)
      .maskedInvalid()
    return try attend(
      queries, try scaling.scaleKeys(keys.values, context), values.values, x.mask, offset: 0,
      context)
  }

  private func attend(
    _ queries: SequenceValue, _ keys: Value, _ values: Value, _ keyMask: Value, offset: Int,
    _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let core = AttentionCore(
      band: AttentionBand(past: maxPastHorizon, future: maxFutureHorizon, offset: offset),
      softCap: attentionLogitsSoftCap, zeroFullyMasked: zeroFullyMasked)
    let output = core.attend(
      queries: try scaling.scaleQueries(queries.values, context), keys: keys, values: values,
      keyMask: keyMask, wantsProbabilities: context.wantsEmits)
    if let probabilities = output.probabilities {
      context.emit("probabilities", SequenceValue(probabilities, mask: queries.mask))
    }
    return SequenceValue(output.context, mask: queries.mask)
  }
}
