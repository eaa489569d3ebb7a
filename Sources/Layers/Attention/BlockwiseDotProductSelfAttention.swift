import Programs
import Tensors

/// Attention of the sequence to itself in blocks: every timestep sees its whole block, and some blocks
/// before and behind it.
///
/// With `B = blockSize`, query `i` sees key `j` when `⌊i/B⌋ - ⌊j/B⌋ <= maxPastHorizonBlocks`,
/// `⌊j/B⌋ - ⌊i/B⌋ <= maxFutureHorizonBlocks` (-1: no limit), both are of one segment and timestep `j` is
/// valid. The arithmetic is that of `DotProductSelfAttentionV2`, its mapping of grouped heads included.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`; parameters by input projection, such as
///   `query_key_value_projection/kernel [d, 3, n, h]`; `per_dim_scale [h]`. Constants
///   `segmentIdsName` and `positionName`: integers `[b, t]`, whole or streamed as sequences; positions
///   take the place of `i` and `j`.
/// - Mask: unchanged; invalid timesteps are never keys.
/// - Streaming: block `B`; input and output latency `maxFutureHorizonBlocks · B`; state as in
///   `DotProductSelfAttentionV2` with horizons `B` times as long, and `position i32[b]` with an unlimited
///   past. `useKvCacheRingbuffer` and the sizes of flash attention change nothing.
/// - Beyond: steps with an unlimited past.
/// - Throws: ``LayerError`` `.invalidConfig` for horizons below -1, a block size or counts below 1, heads
///   that the key heads do not divide, grouped heads with the combined projection, negative soft cap;
///   `.invalidConstant` for segments or positions that are missing or not integers `[b, t]`;
///   `.latencyMismatch` behind a latency that is no multiple of `B`; `.invalidInput` for input that is
///   not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `BlockwiseDotProductSelfAttention`, which fails with segments and
///   positions.
extension BlockwiseDotProductSelfAttention: PackedAttentionLayer {
  var banded: BandedAttention {
    let horizon = AttentionHorizon.blocks(
      size: max(1, blockSize), past: maxPastHorizonBlocks, future: maxFutureHorizonBlocks)
    return BandedAttention(layer: self, horizon: horizon)
  }

  /// The latencies added up; blocks of steps must be blocks of the whole sequence.
  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    guard blockSize > 0, earlier % blockSize != 0 else { return earlier + outputLatency }
    let delay = Rational.floorModulo(-earlier, blockSize)
    throw LayerError(
      .latencyMismatch(delay: delay), layer: typeName,
      found: "an incoming output latency of \(earlier)",
      expected: "a multiple of the block size \(blockSize)",
      suggestion: "insert Delay(length: \(delay), delayLayerOutput: false) before it")
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("blockSize", blockSize, atLeast: 1)
    try require("maxPastHorizonBlocks", maxPastHorizonBlocks, atLeast: -1)
    try require("maxFutureHorizonBlocks", maxFutureHorizonBlocks, atLeast: -1)
    return try packedAttentionSpec(input, constants)
  }
}
