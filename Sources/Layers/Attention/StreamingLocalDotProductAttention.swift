import Programs
import Tensors

/// Attention of every timestep to a band of a source that is streamed along with the input, computed in
/// chunks: equal to `StreamingDotProductAttention`, and besides it takes positions of Transformer-XL.
///
/// Chunks of `blockSize` queries meet the timesteps of the source that any of them sees, so memory is
/// linear in time; the size of chunks changes no result and is not the block size of steps.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`, source `[b, t, c]`, in a step as long as the block; parameters
///   as in `DotProductAttention` and `TransformerXLRelativePositionEmbedding`.
/// - Mask: unchanged; invalid timesteps of the source are never seen.
/// - Streaming: block 1; latency and state as in `StreamingDotProductAttention`.
/// - Beyond: steps equal the layer where a query sees no valid key.
/// - Emits: `probabilities_by_source/<source> [b, t, n, sinks + past + blockSize + future]`, keys counted
///   from the first that the chunk of the query sees; in steps those of the step.
/// - Throws: ``LayerError`` as `StreamingDotProductAttention`; `.invalidConfig` also for a block size
///   below 1, `perDimKeyScale` without `perDimScale`, and relative positions that are a bias or of
///   another horizon; `.invalidConstant` for a source of another length than the input.
/// - Source: sequence_layers/jax/attention `StreamingLocalDotProductAttention`; the remarks on
///   `StreamingDotProductAttention` hold.
extension StreamingLocalDotProductAttention: StreamedAttentionLayer {
  var fixedChunkSize: Int? { chunkSize }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? { selfAttentionObstacle(banded()) }
  public var inputLatency: Int { useQueryDelayBuffer ? banded().horizon.latency : 0 }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    queryNetwork?.receptiveFieldPerStep ?? [.aligned]
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let spec = try streamedSpec(input, constants)
    try checkChunks(chunkSize)
    return spec
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
    let time = context.knownConstants[sourceName]?.shape[1]
    guard time == x.time else {
      throw .constant(
        self, "sourceName", found: "\"\(sourceName)\" of \(time ?? 0) timesteps",
        expected: "\(x.time), as many as the input")
    }
    return try streamedLayer(x, context)
  }
}
