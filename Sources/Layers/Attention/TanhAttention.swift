import Programs
import Tensors

/// Attention to a whole source by a small tanh network: what ``AdditiveAttention`` and
/// ``LocationSensitiveAttention`` share.
protocol TanhAttention: SequenceLayer {
  var sourceName: String { get }
  var numHeads: Int { get }
  var unitsPerHead: Int { get }
}

extension TanhAttention {
  var source: AttentionSource { AttentionSource(field: "sourceName", name: sourceName) }

  /// The context of all heads.
  func contextSpec(
    _ input: ChannelSpec, _ constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("numHeads", numHeads, atLeast: 1)
    try require("unitsPerHead", unitsPerHead, atLeast: 1)
    let channels = try source.spec(for: self, constants).shape[2]
    try requireElements(.floating, input)
    try requireChannelRank(1...1, input, layer: typeName)
    return ChannelSpec([numHeads, channels], input.dtype)
  }

  /// Networks and softmax run in single precision at least.
  func computeType(_ dtype: DType) -> DType { DType.promoted(dtype, .float32) }

  /// Queries `[b, t, n, u]`.
  func queries(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> Value {
    let (channels, units) = (x.channelShape[0], numHeads * unitsPerHead)
    let kernel = try context.parameter(
      "query_projection/kernel", [channels, units], .glorotUniform)
    let dtype = computeType(x.dtype)
    return x.values.converted(to: dtype).matmul(kernel.converted(to: dtype))
      .reshaped([x.batch, x.time, numHeads, unitsPerHead])
  }

  /// The source, 0 where invalid, and its keys `[b, s, n, u]`.
  func keyedSource(
    _ dtype: DType, _ context: LayerContext
  ) throws(LayerError) -> (keys: Value, source: SequenceValue) {
    let source = try source.value(for: self, rows: context.batch, context)
      .converted(to: dtype)
    let (channels, units) = (source.channelShape[0], numHeads * unitsPerHead)
    let kernel = try context.parameter(
      "source_projection/kernel", [channels, units], .glorotUniform)
    let bias = try context.parameter("source_projection/bias", [units], .zeros)
    let projected = source.values.matmul(kernel.converted(to: dtype)) + bias.converted(to: dtype)
    let keys = projected.reshaped([source.batch, source.time, numHeads, unitsPerHead])
    return (keys, source)
  }

  /// `v · hidden` for `hidden [..., n, u]`: `[..., n]`.
  func logits(
    _ hidden: Value, _ initializer: Initializer, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let v = try context.parameter("v", [numHeads, unitsPerHead], initializer)
    return (hidden * v.converted(to: hidden.dtype)).reduced(.sum, axes: [hidden.rank - 1])
  }
}

extension Value {
  /// The softmax along the last axis of logits, of those where `isValid`; 0 elsewhere, also where none is.
  func softmax(where isValid: Value, least: Double = -1e9) -> Value {
    let all = isValid.select(self, scalarLike(least)).softmax(axis: rank - 1)
    return isValid.select(all, all.scalarLike(0))
  }
}
