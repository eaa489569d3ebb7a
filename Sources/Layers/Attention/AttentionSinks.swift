import Diagnostics
import Programs
import Tensors

/// Keys that every query sees besides those of the sequence: learned embeddings `[s, n, h]` with values
/// `[s, m, h]`, or one learned logit a head with value 0.
///
/// They take up attention that nothing deserves.
///
/// The logit of an embedding is its product with the query before scaling; a soft cap applies, a bias
/// does not. Sinks stand in front of the keys, and so do their probabilities.
///
/// The products are made by more channels, so that sinks are keys like others: queries become
/// `[scaled, unscaled]`, keys `[key, 0]` and sinks `[0, sink]`.
struct AttentionSinks {
  /// How many there are.
  let count: Int
  private let layer: any DotProductAttentionLayer

  /// Nil where a layer has no sinks.
  init?(_ layer: any DotProductAttentionLayer) {
    guard layer.useSinkScalars || layer.numSinkEmbeddings > 0 else { return nil }
    self.layer = layer
    count = layer.useSinkScalars ? 1 : layer.numSinkEmbeddings
  }

  /// The operands of an attention with the sinks among its keys; `unscaled` are the queries before
  /// scaling.
  func joined(
    _ operands: AttentionCore.Operands, unscaled: Value, _ context: LayerContext
  ) throws(LayerError) -> AttentionCore.Operands {
    let (heads, groups) = (layer.numHeads, operands.keys.shape[2])
    // A sink has a key for every query head, so that grouped heads come apart.
    var result = operands
    result.keys = operands.keys.repeated(heads / groups, axis: 2)
    result.values = operands.values.repeated(heads / groups, axis: 2)
    let (sinkKeys, factors) = try self.keys(unscaled, context)
    let own = Self.fit(sinkKeys, low: result.keys.shape[3], like: result.keys)
    result.keys = result.keys.padded(axis: 3, low: 0, high: factors.shape[3])
    result.keys = Value.concatenate([own, result.keys], axis: 1)
    result.queries = Value.concatenate([operands.queries, factors], axis: 3)
    let sinkValues = try self.values(result.values, groups: groups, context)
    result.values = Value.concatenate([sinkValues, result.values], axis: 1)
    result.keyMask = operands.keyMask.padded(axis: 1, low: count, high: 0, value: 1)
    result.bias = operands.bias?.padded(axis: 3, low: count, high: 0)
    result.visible = operands.visible?.padded(axis: 2, low: count, high: 0, value: 1)
    return result
  }

  /// The sinks' keys `[s, n, e]` and what queries multiply them with, `[b, q, n, e]`.
  private func keys(
    _ queries: Value, _ context: LayerContext
  ) throws(LayerError) -> (keys: Value, factors: Value) {
    guard layer.useSinkScalars else {
      let keys = try context.parameter(
        "sink_key_embeddings", [count, layer.numHeads, layer.unitsPerHead],
        dtype: layer.paramDtype, layer.sinkEmbeddingsInit)
      return (keys.converted(to: queries.dtype), queries)
    }
    let scalars = try context.parameter(
      "sink_scalars", [layer.numHeads], dtype: layer.paramDtype, layer.sinkScalarsInit)
    let ones = ValueType(queries.dtype, Array(queries.shape.prefix(3)) + [1])
    return (
      scalars.converted(to: queries.dtype).reshaped([1, layer.numHeads, 1]),
      context.builder.full(1, ones)
    )
  }

  /// The sinks' values, `[b, s, n, h]`.
  private func values(
    _ values: Value, groups: Int, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let shape: Shape = [values.shape[0], count, values.shape[2], values.shape[3]]
    guard !layer.useSinkScalars else {
      return context.builder.full(0, ValueType(values.dtype, shape))
    }
    let own = try context.parameter(
      "sink_value_embeddings", [count, groups, values.shape[3]], dtype: layer.paramDtype,
      layer.sinkEmbeddingsInit)
    return own.converted(to: values.dtype).repeated(values.shape[2] / groups, axis: 1)
      .broadcast(to: shape)
  }

  /// Keys `[s, n, e]` for every row, behind `low` channels of zeros.
  private static func fit(_ keys: Value, low: Int, like all: Value) -> Value {
    let padded = keys.padded(axis: 2, low: low, high: 0)
    return padded.broadcast(to: [all.shape[0]] + padded.shape)
  }
}
