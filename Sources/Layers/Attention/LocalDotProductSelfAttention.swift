import Programs
import Tensors

/// Attention of the sequence to itself within a finite band, computed in chunks: equal to
/// `DotProductSelfAttention`, and besides it takes positions of Transformer-XL.
///
/// Query `i` sees key `j` when `i - j <= maxPastHorizon`, `j - i <= maxFutureHorizon` and timestep `j` is
/// valid. Chunks of `blockSize` queries meet the keys that any of them sees, so memory is linear in
/// time; the size of chunks changes no result and is not the block size of steps.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`; parameters by input projection, such as
///   `query_key_value_projection/kernel [d, 3, n, h]`; those of sinks and scales as in
///   `DotProductSelfAttention`; `relative_position_embedding/pos_proj/kernel [e, n, h]` and `u`, `v`
///   `[n, h]` there.
/// - Mask: unchanged; invalid timesteps are never keys.
/// - Streaming: block 1; input and output latency `maxFutureHorizon`; state as in
///   `DotProductSelfAttention`. `useKvCacheRingbuffer` changes nothing.
/// - Beyond: steps with relative positions and a future horizon, and in training with dropout.
/// - Emits: `probabilities [b, t, n, s + past + blockSize + future]`, those of sinks first, keys counted
///   from the first that the chunk of the query sees; in steps those of the step.
/// - Throws: ``LayerError`` `.invalidConfig` for a past horizon below 1, a future one below 0, a
///   block size or counts below 1, negative soft cap, a dropout rate outside 0 ... 1, both kinds of
///   sinks, sinks with `zeroFullyMasked`, `perDimKeyScale` without `perDimScale`, and relative positions
///   that are a bias or of another horizon; `.invalidInput` for input that is not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `LocalDotProductSelfAttention`. The original does not step with
///   a future and relative positions.
extension LocalDotProductSelfAttention: DotProductAttentionLayer {
  private var banded: BandedAttention {
    BandedAttention(
      layer: self, horizon: .steps(past: maxPastHorizon, future: maxFutureHorizon),
      chunkSize: chunkSize, emitName: "probabilities")
  }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? { selfAttentionObstacle(banded) }
  public var inputLatency: Int { stepObstacle == nil ? banded.horizon.latency : 0 }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { receptiveField(banded.horizon) }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkHeads()
    try checkHorizons(maxPastHorizon, maxFutureHorizon, leastPast: 1, leastFuture: 0)
    try checkChunks(
      chunkSize, biasFix: "use it in DotProductSelfAttention with the same horizons")
    return try attentionSpec(input, constants)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    try selfAttentionState(banded, input, context)
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let positions = banded.positions(x, &state)
    let heads = try selfAttentionHeads(x, &state, context)
    return try banded.step(heads, at: positions, &state, context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    try banded.layer(try selfAttentionHeads(x, context), context)
  }
}
