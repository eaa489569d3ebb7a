import Programs
import Tensors

/// What attentions of a sequence to itself share besides the attention: projections, networks, state.
extension DotProductAttentionLayer {
  func selfAttentionObstacle(_ banded: BandedAttention) -> String? {
    banded.horizon.stepObstacle ?? networks.lazy.compactMap(\.stepObstacle).first
  }

  /// Checks the horizons.
  func checkHorizons(
    _ past: Int, _ future: Int, leastPast: Int, leastFuture: Int
  ) throws(LayerError) {
    try require("maxPastHorizon", past, atLeast: leastPast)
    try require("maxFutureHorizon", future, atLeast: leastFuture)
    guard past != 0 || future != 0 else {
      throw .config(
        self, "maxPastHorizon", found: "0 past and 0 future timesteps",
        expected: "at least one of them to be not 0")
    }
    try relativePositionEmbedding?.check(for: self, past: past, future: future)
  }

  /// Checks that relative positions are a bias.
  func checkPositionBias() throws(LayerError) {
    guard let embedding = relativePositionEmbedding, !embedding.isBias else { return }
    throw .config(
      self, "relativePositionEmbedding", found: embedding.typeName,
      expected: "a bias: T5RelativePositionEmbedding or ShawRelativePositionEmbedding",
      suggestion: "use it in LocalDotProductSelfAttention, which equals DotProductSelfAttention")
  }

  /// Checks the fields of attention in chunks; `biasFix` says where a bias can be had.
  func checkChunks(_ size: Int, biasFix: String? = nil) throws(LayerError) {
    try require("blockSize", size, atLeast: 1)
    if let embedding = relativePositionEmbedding, embedding.isBias {
      throw .config(
        self, "relativePositionEmbedding", found: embedding.typeName,
        expected: "TransformerXLRelativePositionEmbedding", suggestion: biasFix)
    }
    guard perDimScale || !perDimKeyScale else {
      throw .config(
        self, "perDimKeyScale", found: "true without perDimScale", expected: "both or neither",
        suggestion: "set perDimScale to true")
    }
  }

  func selfAttentionState(
    _ banded: BandedAttention, _ input: ChannelSpec, _ context: LayerContext,
    packing: Set<String> = [], countsSteps: Bool = false
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    let specs = try headSpecs(input, context.knownConstants)
    try banded.declareState(
      specs, packing: packing, countsSteps: countsSteps, in: &state, context)
    let (many, few) = try projectedSpecs(input)
    let latency = context.precedingLatency
    try queryNet.initialState(for: many, into: &state, context, latency: latency)
    try keyNet.initialState(for: few, into: &state, context, latency: latency)
    try valueNet.initialState(for: few, into: &state, context, latency: latency)
    return state
  }

  /// Queries, keys and values of a block; a key is valid where key and value are.
  func selfAttentionHeads(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> AttentionHeads {
    let projected = try inputProjection.project(x.values, try heads(x.channelSpec), context)
    let latency = context.precedingLatency
    let queries = try queryNet.step(
      SequenceValue(projected.queries, mask: x.mask), &state, context, latency: latency)
    let keys = try keyNet.step(
      SequenceValue(projected.keys, mask: x.mask), &state, context, latency: latency)
    let values = try valueNet.step(
      SequenceValue(projected.values, mask: x.mask), &state, context, latency: latency)
    return AttentionHeads(
      queries: queries, keys: keys, values: values.maskedInvalid(),
      keyMask: keys.mask.and(values.mask))
  }

  /// Queries, keys and values of a whole sequence; a key is valid where key and value are.
  func selfAttentionHeads(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> AttentionHeads {
    let projected = try inputProjection.project(x.values, try heads(x.channelSpec), context)
    let queries = try queryNet.layer(SequenceValue(projected.queries, mask: x.mask), context)
    let keys = try keyNet.layer(SequenceValue(projected.keys, mask: x.mask), context)
    let values = try valueNet.layer(SequenceValue(projected.values, mask: x.mask), context)
    return AttentionHeads(
      queries: queries, keys: keys, values: values.maskedInvalid(),
      keyMask: keys.mask.and(values.mask))
  }
}
