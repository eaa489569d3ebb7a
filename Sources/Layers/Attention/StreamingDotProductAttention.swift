import Programs
import Tensors

/// Attention of every timestep to a band of a source that is streamed along with the input.
///
/// Query `i` sees timestep `j` of the source when `i - j <= maxPastHorizon`, `j - i <= maxFutureHorizon`
/// and `j` is valid. Logits, soft cap, sinks and weights are those of `DotProductAttention`. A query that
/// sees nothing valid gives 0.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`, source `[b, s, c]`, in a step as long as the block; parameters
///   as in `DotProductAttention`.
/// - Mask: unchanged; invalid timesteps of the source are never seen.
/// - Streaming: block 1; with `useQueryDelayBuffer` input and output latency `maxFutureHorizon`, otherwise
///   none, and the layers before must delay the queries so far; state `keys` and `values`
///   `[b, past + future + l, n, h]` and `mask [b, past + future + l]` behind a latency of `l`, while
///   queries wait `queries [b, future, n, h]` and `queryMask [b, future]`, with dropout in training
///   `rowKey u32[b]` and `position i32[b]`. `useKvCacheRingbuffer` changes nothing.
/// - Beyond: steps equal the layer where a query sees no valid key.
/// - Emits: `probabilities_by_source/<source> [b, t, n, sinks + s]`.
/// - Throws: ``LayerError`` `.invalidConfig` for a past horizon below 1, a future one below 0, relative
///   positions, and what `DotProductAttention` refuses; `.invalidConstant` for a source that is missing
///   or no sequence `[b, s, c]`, in steps also for one of another length than the input;
///   `.latencyMismatch` for queries that come less than `maxFutureHorizon` late without a delay buffer;
///   `.invalidInput` for input that is not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `StreamingDotProductAttention`. There a query that sees nothing
///   valid gives 0 in steps and a mean of what lies outside the band in whole sequences, and queries
///   behind a latency meet keys of other timesteps.
extension StreamingDotProductAttention: StreamedAttentionLayer {
  var fixedChunkSize: Int? { nil }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? { selfAttentionObstacle(banded()) }
  public var inputLatency: Int { useQueryDelayBuffer ? banded().horizon.latency : 0 }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    queryNetwork?.receptiveFieldPerStep ?? [.aligned]
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    if let embedding = relativePositionEmbedding {
      throw .config(
        self, "relativePositionEmbedding", found: embedding.typeName, expected: "none",
        suggestion:
          "use TransformerXLRelativePositionEmbedding in StreamingLocalDotProductAttention")
    }
    return try streamedSpec(input, constants)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    try streamedState(input, context)
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try streamedStep(x, &state, context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    try streamedLayer(x, context)
  }
}
