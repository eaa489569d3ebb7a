import Programs
import Tensors

/// Attention of the sequence to itself, within a band of past and future timesteps and within segments.
///
/// Query `i` sees key `j` when `i - j <= maxPastHorizon`, `j - i <= maxFutureHorizon` (-1: no limit),
/// both are of one segment and timestep `j` is valid. With scaled queries `q`, logits `q · k` go through
/// `cap · tanh(logit / cap)` and softmax in single precision; the output is the mean of values so
/// weighted, 0 where nothing is seen. Of grouped heads, query head `j` uses key head `j % m`.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`; parameters by input projection, such as
///   `query_key_value_projection/kernel [d, 3, n, h]`; `per_dim_scale [h]`. Constants
///   `segmentIdsName` and `positionName`: integers `[b, t]`, whole or streamed as sequences; positions
///   take the place of `i` and `j`.
/// - Mask: unchanged; invalid timesteps are never keys.
/// - Streaming: block 1; input and output latency `maxFutureHorizon`; state `keys` and `values`
///   `[b, past + future, m, h]`, `mask [b, past + future]`, and with a future horizon `queries` and
///   `queryMask`, all with their segments and positions where those are given; `position i32[b]` where
///   they are whole. With an unlimited past the windows are as long as the sequence needs so far, and
///   grow with it. An unlimited future cannot step, nor can an unlimited past with given positions.
///   `useKvCacheRingbuffer` and the sizes of flash attention change nothing.
/// - Beyond: steps with an unlimited past.
/// - Throws: ``LayerError`` `.invalidConfig` for horizons below -1 or both 0, counts below 1, heads
///   that the key heads do not divide, grouped heads with the combined projection, negative soft cap;
///   `.invalidConstant` for segments or positions that are missing or not integers `[b, t]`;
///   `.invalidInput` for input that is not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `DotProductSelfAttentionV2`; the mapping of grouped heads is not
///   that of `DotProductSelfAttention`. Where given positions bring near what lies farther away than the
///   horizons, the original sees it in a whole sequence and not in steps; here neither does, if both
///   horizons are limited.
extension DotProductSelfAttentionV2: PackedAttentionLayer {
  var banded: BandedAttention {
    BandedAttention(
      layer: self, horizon: .steps(past: maxPastHorizon, future: maxFutureHorizon))
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkHorizons(maxPastHorizon, maxFutureHorizon, leastPast: -1, leastFuture: -1)
    return try packedAttentionSpec(input, constants)
  }
}
