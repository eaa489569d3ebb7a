import Programs
import Tensors

/// How an embedding of relative positions enters the logits.
extension RelativePositionEmbedding {
  /// Whether it is a bias that any attention can add; otherwise it makes the logits of attention within
  /// a band itself.
  var isBias: Bool {
    switch self {
    case .t5RelativePositionEmbedding, .shawRelativePositionEmbedding: true
    case .transformerXlRelativePositionEmbedding: false
    }
  }

  /// The embedding's name in the schema.
  var typeName: String {
    switch self {
    case .t5RelativePositionEmbedding: "T5RelativePositionEmbedding"
    case .shawRelativePositionEmbedding: "ShawRelativePositionEmbedding"
    case .transformerXlRelativePositionEmbedding: "TransformerXLRelativePositionEmbedding"
    }
  }

  /// Checks the fields against those of the attention that the embedding is for.
  func check(
    for layer: any DotProductAttentionLayer, past: Int, future: Int
  ) throws(LayerError) {
    let (heads, size) = (layer.numHeads, layer.unitsPerHead)
    let mistake =
      switch self {
      case .t5RelativePositionEmbedding(let t5): t5.mistake(heads: heads)
      case .shawRelativePositionEmbedding(let shaw): shaw.mistake(heads: heads, size: size)
      case .transformerXlRelativePositionEmbedding(let xl):
        xl.mistake(heads: heads, size: size, past: past, future: future)
      }
    guard let mistake else { return }
    throw .config(
      layer, "relativePositionEmbedding", found: mistake.found, expected: mistake.expected)
  }

  /// The scaled queries as they meet the keys, and a bias of the logits, `[b or 1, n, q, k]`.
  func terms(
    _ frame: AttentionFrame, scaled: Value, _ context: LayerContext
  ) throws(LayerError) -> (queries: Value, bias: Value) {
    switch self {
    case .t5RelativePositionEmbedding(let t5):
      let bias = try t5.bias(
        distances: frame.knownDistances, dtype: frame.queries.dtype, context)
      return (scaled, bias)
    case .shawRelativePositionEmbedding(let shaw):
      let bias = try shaw.bias(
        queries: frame.queries, distances: frame.knownDistances, context)
      return (scaled, bias)
    case .transformerXlRelativePositionEmbedding(let xl):
      return try xl.terms(
        queries: scaled, keys: frame.keys.shape[1], offset: frame.band.offset, context)
    }
  }
}
