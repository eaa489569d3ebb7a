import Programs
import Tensors

/// Attention of every timestep to a whole source sequence, given as a constant.
///
/// Every query sees all valid timesteps of the source, and none of the other queries. With scaled queries
/// `q`, logits `q · k` plus a bias of relative positions go through `cap · tanh(logit / cap)` and
/// softmax; the output is the mean of values so weighted. The position of a query is its number, or that
/// of the constant `queryPositionsName`; keys are numbered from 0.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`, source `[b, s, c]`; parameters by input projection, such as
///   `query_projection/kernel [d, n, h]` and `key_value_projection/kernel [c, 2, n, h]`;
///   `per_dim_scale [h]`, `per_dim_key_scale [h]`, `sink_key_embeddings [s, n, h]`,
///   `sink_value_embeddings [s, n, h]`, `sink_scalars [n]`.
/// - Mask: unchanged; invalid timesteps of the source are never seen. Where all are invalid the output is
///   0, or what sinks give.
/// - Streaming: block 1, no latency; state `keys` and `values` `[b, s, n, h]` and `mask [b, s]`, which no
///   step changes, or none of them with `recomputeKvPerStep`; where positions matter `position i32[b]`,
///   with dropout in training also `rowKey u32[b]`. Steps if the query network does.
/// - Emits: `probabilities_by_source/<source> [b, t, n, sinks + s]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, an empty source name, the combined
///   projection, negative soft cap, a dropout rate outside 0 ... 1, both kinds of sinks, sinks with
///   `zeroFullyMasked`, or relative positions that are no bias or of other heads; `.invalidConstant` for
///   a source that is missing or no sequence `[b, s, c]`, and for positions that are not `[b, t]`;
///   `.invalidInput` for input that is not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `DotProductAttention`; Vaswani et al. 2017. A key is valid
///   where key and value are; the original looks at values in steps only.
extension DotProductAttention: DotProductAttentionLayer {
  private static var counter: PositionCounter { PositionCounter(countsValidOnly: false) }
  private var source: AttentionSource { AttentionSource(field: "sourceName", name: sourceName) }
  private var queryPositions: AlignedConstant? {
    AlignedConstant("queryPositionsName", queryPositionsName)
  }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? { queryNet.stepObstacle }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    queryNetwork?.receptiveFieldPerStep ?? [.aligned]
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkHeads()
    try checkSeparateQueries()
    _ = try source.spec(for: self, constants)
    if let embedding = relativePositionEmbedding {
      try checkPositionBias()
      try embedding.check(for: self, past: -1, future: -1)
      try queryPositions?.check(for: self, constants)
    }
    return try attentionSpec(input, constants)
  }

  /// Whether a step needs to know where it is.
  private func countsSteps(_ context: LayerContext) -> Bool {
    if dropout.isActive(context) { return true }
    guard relativePositionEmbedding != nil else { return false }
    return queryPositions?.isWhole(context) ?? true
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    if !recomputeKvPerStep {
      try sourceHeads(source, input, context).declare(in: &state)
    }
    if countsSteps(context) { Self.counter.declareState(in: &state, context) }
    if dropout.isActive(context) { state.declare("rowKey", context.rowKeys) }
    try queryNet.initialState(
      for: try projectedSpecs(input).query, into: &state, context,
      latency: context.precedingLatency)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let positions = state.has("position") ? Self.counter.advance(x, &state) : nil
    let keys =
      recomputeKvPerStep
      ? try context.unrecorded { () throws(LayerError) in
        try sourceHeads(source, x.channelSpec, context)
      } : SourceHeads(state: state)
    let queries = try queryNet.step(
      try projectedQueries(x, context), &state, context, latency: context.precedingLatency)
    let rowKeys = state.has("rowKey") ? state["rowKey"] : nil
    return try attend(queries, to: keys, at: positions, rowKeys: rowKeys, x, context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let keys = try sourceHeads(source, x.channelSpec, context)
    let queries = try queryNet.layer(try projectedQueries(x, context), context)
    let isDropped = dropout.isActive(context)
    return try attend(
      queries, to: keys, at: isDropped ? Self.counter.positions(x) : nil,
      rowKeys: isDropped ? context.rowKeys : nil, x, context)
  }

  private func attend(
    _ queries: SequenceValue, to keys: SourceHeads, at positions: Value?, rowKeys: Value?,
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var frame = AttentionFrame(
      queries: queries.values, keys: keys.keys, values: keys.values, keyMask: keys.mask)
    let (builder, count) = (context.builder, keys.mask.shape[1])
    if relativePositionEmbedding != nil {
      let own = try queryPositions?.values(for: x, at: positions, self, context)
      let rows = own ?? positions ?? builder.iota(ValueType(.int32, [1, x.time]), axis: 1)
      let shape = [rows.shape[0], x.time, count]
      frame.distances =
        builder.iota(ValueType(.int32, shape), axis: 2) - rows.expandingAxes([2])
    }
    if let positions, let rowKeys {
      let type = ValueType(.int32, [x.batch, count])
      let sinks = AttentionSinks(self)?.count ?? 0
      let request = AttentionDropout.Request(
        heads: numHeads, sinks: sinks, keyCount: count, queryPositions: positions,
        keyPositions: builder.iota(type, axis: 1), rowKeys: rowKeys)
      frame.dropout = dropout.draws(request, context).spread(
        queries: x.time, keys: count, sinks: sinks, shift: nil)
    }
    let output = try frame.attend(self, context)
    if let probabilities = output.probabilities {
      context.emit(
        "probabilities_by_source/\(sourceName)", SequenceValue(probabilities, mask: queries.mask))
    }
    return SequenceValue(output.context, mask: queries.mask)
  }
}
