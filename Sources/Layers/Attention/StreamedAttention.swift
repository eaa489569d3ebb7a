import Programs
import Tensors

/// Attention to a source that is streamed along with the queries: what the layers that compute it whole
/// or in chunks share.
protocol StreamedAttentionLayer: DotProductAttentionLayer {
  var sourceName: String { get }
  var maxPastHorizon: Int { get }
  var maxFutureHorizon: Int { get }
  var useQueryDelayBuffer: Bool { get }
  /// Queries that are computed at once in whole sequences, where that is fixed.
  var fixedChunkSize: Int? { get }
}

extension StreamedAttentionLayer {
  // A band without valid keys has nothing to average, in whole sequences as in steps.
  var fullyMasked: AttentionCore.FullyMasked { zeroFullyMasked ? .zeros : .zeroContext }
  private var source: AttentionSource { AttentionSource(field: "sourceName", name: sourceName) }

  /// The attention, of keys that are so far ahead of the queries that come with them.
  func banded(lookAhead: Int = 0) -> BandedAttention {
    BandedAttention(
      layer: self, horizon: .steps(past: maxPastHorizon, future: maxFutureHorizon),
      chunkSize: fixedChunkSize, delaysQueries: useQueryDelayBuffer, lookAhead: lookAhead,
      emitName: "probabilities_by_source/\(sourceName)")
  }

  func streamedSpec(
    _ input: ChannelSpec, _ constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkHeads()
    try checkSeparateQueries()
    try checkHorizons(maxPastHorizon, maxFutureHorizon, leastPast: 1, leastFuture: 0)
    _ = try source.spec(for: self, constants)
    return try attentionSpec(input, constants)
  }

  func streamedState(
    _ input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    guard try source.spec(for: self, context.knownConstants).form == .sequence(streamed: true)
    else {
      throw .constant(
        self, "sourceName", found: "\"\(sourceName)\" as a whole",
        expected: "a sequence that comes in the same blocks as the input",
        suggestion: "give it as a streamed constant")
    }
    var state = LayerState()
    let latency = context.precedingLatency
    try banded(lookAhead: latency).declareState(
      try headSpecs(input, context.knownConstants), packing: [], countsSteps: false, in: &state,
      context)
    let (many, few) = try projectedSpecs(input)
    try queryNet.initialState(for: many, into: &state, context, latency: latency)
    // The source does not come through the layers before, and so is not late.
    try keyNet.initialState(for: few, into: &state, context, latency: 0)
    try valueNet.initialState(for: few, into: &state, context, latency: 0)
    return state
  }

  func streamedStep(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let latency = context.precedingLatency
    let banded = banded(lookAhead: latency)
    let positions = banded.positions(x, &state)
    let block = try source.value(for: self, rows: x.batch, context)
    guard block.time == x.time else {
      throw .constant(
        self, "sourceName", found: "\"\(sourceName)\" of \(block.time) timesteps",
        expected: "\(x.time), as many as the input's block",
        suggestion: "give it as a streamed constant")
    }
    let projected = try projectedSource(block, x.channelSpec, context)
    let queries = try queryNet.step(
      try projectedQueries(x, context), &state, context, latency: latency)
    let keys = try keyNet.step(projected.keys, &state, context, latency: 0)
    let values = try valueNet.step(projected.values, &state, context, latency: 0).maskedInvalid()
    let heads = AttentionHeads(
      queries: queries, keys: keys, values: values, keyMask: keys.mask.and(values.mask))
    return try banded.step(heads, at: positions, &state, context)
  }

  func streamedLayer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let whole = try source.value(for: self, rows: x.batch, context)
    let projected = try projectedSource(whole, x.channelSpec, context)
    let queries = try queryNet.layer(try projectedQueries(x, context), context)
    let keys = try keyNet.layer(projected.keys, context)
    let values = try valueNet.layer(projected.values, context).maskedInvalid()
    let heads = AttentionHeads(
      queries: queries, keys: keys, values: values, keyMask: keys.mask.and(values.mask))
    return try banded().layer(heads, context)
  }
}
