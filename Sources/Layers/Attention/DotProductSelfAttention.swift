import Programs
import Tensors

/// Attention of the sequence to itself, within a band of past and future timesteps.
///
/// Query `i` sees key `j` when `i - j <= maxPastHorizon`, `j - i <= maxFutureHorizon` (-1: no limit)
/// and timestep `j` is valid. With scaled queries `q`, logits `q · k` plus a bias of relative positions
/// go through `cap · tanh(logit / cap)` and softmax; the output is the mean of values so weighted. Sinks
/// are keys that every query sees. There is no output projection: add `DenseShaped` or `Flatten` and
/// `Dense`.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`; parameters by input projection, such as
///   `query_key_value_projection/kernel [d, 3, n, h]`; `per_dim_scale [h]`, `per_dim_key_scale [h]`,
///   `sink_key_embeddings [s, n, h]`, `sink_value_embeddings [s, m, h]`, `sink_scalars [n]`.
/// - Mask: unchanged; invalid timesteps are never keys.
/// - Streaming: block 1; input and output latency `maxFutureHorizon`; state `keys` and `values`
///   `[b, past + future, m, h]`, `mask [b, past + future]`, and with a future horizon `queries` and
///   `queryMask`, which wait until their future is there; with dropout in training `rowKey u32[b]` and
///   `position i32[b]`. With an unlimited past the windows are as long as the sequence needs so far, and
///   grow with it; `position i32[b]` with sinks or in low precision. An unlimited future cannot step.
///   `useKvCacheRingbuffer` changes nothing.
/// - Beyond: steps with an unlimited past, with relative positions and a future horizon, in training with
///   dropout (not both of the first and last, unless queries share their draws), and in blocks of any size
///   with grouped heads, sinks and `useKvCacheRingbuffer`.
/// - Emits: `probabilities [b, t, n, s + t]`, those of sinks first.
/// - Throws: ``LayerError`` `.invalidConfig` for horizons below -1 or both 0, counts below 1, heads
///   that the key heads do not divide, grouped heads with the combined projection, negative soft
///   cap, a dropout rate outside 0 ... 1, both kinds of sinks, sinks with `zeroFullyMasked`, or a
///   relative position embedding of other heads; `.invalidInput` for input that is not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `DotProductSelfAttention`; Vaswani et al. 2017. Grouped
///   heads as Ainslie et al. 2023, neighbouring query heads sharing a key head. The original neither
///   steps with a future and relative positions nor has ring buffers with grouped heads, sinks or
///   relative positions; the numbers that its dropout draws are others. The receptive field
///   counts what the networks see; the original announces the horizons alone.
extension DotProductSelfAttention: DotProductAttentionLayer {
  private var banded: BandedAttention {
    BandedAttention(
      layer: self, horizon: .steps(past: maxPastHorizon, future: maxFutureHorizon),
      emitName: "probabilities")
  }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? { selfAttentionObstacle(banded) }
  public var inputLatency: Int { stepObstacle == nil ? banded.horizon.latency : 0 }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { receptiveField(banded.horizon) }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkHeads()
    try checkHorizons(maxPastHorizon, maxFutureHorizon, leastPast: -1, leastFuture: -1)
    try checkPositionBias()
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
    var heads = try selfAttentionHeads(x, &state, context)
    heads.keyMask = x.mask
    return try banded.step(heads, at: positions, &state, context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    var heads = try selfAttentionHeads(x, context)
    heads.keyMask = x.mask
    return try banded.layer(heads, context)
  }
}
