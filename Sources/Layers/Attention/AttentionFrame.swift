import Programs
import Tensors

/// Queries and the keys that they may see: where scaling, relative positions, sinks and dropout come
/// together, the same for whole sequences, chunks of them and steps.
struct AttentionFrame {
  /// Behind the query network and before scaling, `[b, q, n, h]`.
  var queries: Value
  /// Scaled, `[b, k, m, h]`.
  var keys: Value
  /// 0 where invalid, `[b, k, m, h]`.
  var values: Value
  /// `[b, k]`.
  var keyMask: Value
  var band = AttentionBand.unlimited
  /// Which keys a query may see besides, `bool[b or 1, q, k]`.
  var visible: Value?
  /// Positions of keys less those of queries, `i32[b or 1, q, k]`, where they are not those of the band.
  var distances: Value?
  /// Factors of the probabilities, `[b, n, q, sinks + k]`.
  var dropout: Value?

  /// `i32[b or 1, q, k]`.
  var knownDistances: Value {
    if let distances { return distances }
    let type = ValueType(.int32, [1, queries.shape[1], keys.shape[1]])
    let builder = queries.builder
    return builder.iota(type, axis: 2)
      - builder.iota(type, axis: 1).adding(Double(band.offset))
  }

  /// With `queryByQuery`, one query after the other: see ``AttentionCore/attendQueryByQuery(_:wantsProbabilities:)``.
  func attend(
    _ layer: any DotProductAttentionLayer, _ context: LayerContext, queryByQuery: Bool = false
  ) throws(LayerError) -> AttentionCore.Output {
    var operands = AttentionCore.Operands(
      queries: try layer.scaling.scaleQueries(queries, context), keys: keys, values: values,
      keyMask: keyMask, visible: visible, dropout: dropout)
    if let embedding = layer.relativePositionEmbedding {
      let terms = try embedding.terms(self, scaled: operands.queries, context)
      operands.queries = terms.queries
      operands.bias = terms.bias
    }
    var band = self.band
    if let sinks = AttentionSinks(layer) {
      operands = try sinks.joined(operands, unscaled: queries, context)
      band.leading = sinks.count
    }
    let core = AttentionCore(
      band: band, softCap: layer.attentionLogitsSoftCap, fullyMasked: layer.fullyMasked,
      isOnline: layer.isOnline, hasWideLogits: layer.experimentalAccumulateLogitsInFloat32)
    let wantsProbabilities = context.wantsEmits && !layer.isOnline
    return queryByQuery
      ? core.attendQueryByQuery(operands, wantsProbabilities: wantsProbabilities)
      : core.attend(operands, wantsProbabilities: wantsProbabilities)
  }
}
