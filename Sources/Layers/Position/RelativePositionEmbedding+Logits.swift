public import Programs
import Tensors

/// A bias by relative positions of another package, in the place of one of ``RelativePositionEmbedding``.
public protocol RelativePositionBias: Sendable {
  /// Checks the fields for an attention of so many heads of that size, on behalf of `layer`.
  func check(heads: Int, size: Int, for layer: any SequenceLayer) throws(LayerError)
  /// What is added to the logits, `[b or 1, n, q, k]`, for queries `[b, q, n, h]` before scaling and distances
  /// `i32[b or 1, q, k]`, the position of the key less that of the query.
  func bias(
    queries: Value, distances: Value, _ context: LayerContext
  ) throws(LayerError) -> Value
}

/// How an embedding of relative positions enters the logits.
extension RelativePositionEmbedding {
  /// Whether it is a bias that any attention can add; otherwise it makes the logits of attention within
  /// a band itself.
  var isBias: Bool {
    switch self {
    case .t5RelativePositionEmbedding, .shawRelativePositionEmbedding, .custom: true
    case .transformerXlRelativePositionEmbedding: false
    }
  }

  /// The embedding's name in the schema.
  var typeName: String {
    switch self {
    case .t5RelativePositionEmbedding: "T5RelativePositionEmbedding"
    case .shawRelativePositionEmbedding: "ShawRelativePositionEmbedding"
    case .transformerXlRelativePositionEmbedding: "TransformerXLRelativePositionEmbedding"
    case .custom(let part): "\(type(of: part.value))"
    }
  }

  /// Checks the fields against those of the attention that the embedding is for.
  func check(
    for layer: any DotProductAttentionLayer, past: Int, future: Int
  ) throws(LayerError) {
    let (heads, size) = (layer.numHeads, layer.unitsPerHead)
    let mistake: (found: String, expected: String)?
    switch self {
    case .t5RelativePositionEmbedding(let t5): mistake = t5.mistake(heads: heads)
    case .shawRelativePositionEmbedding(let shaw):
      mistake = shaw.mistake(heads: heads, size: size)
    case .transformerXlRelativePositionEmbedding(let xl):
      mistake = xl.mistake(heads: heads, size: size, past: past, future: future)
    case .custom(let part):
      mistake = nil
      try Self.bias(part, for: layer).check(heads: heads, size: size, for: layer)
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
    case .custom(let part):
      let bias = try Self.bias(part, for: nil).bias(
        queries: frame.queries, distances: frame.knownDistances, context)
      return (scaled, bias)
    }
  }

  private static func bias(
    _ part: CustomPart, for layer: (any SequenceLayer)?
  ) throws(LayerError) -> any RelativePositionBias {
    if let bias = part.value as? any RelativePositionBias { return bias }
    throw LayerError(
      .invalidConfig, layer: layer?.typeName ?? "RelativePositionEmbedding",
      field: "relativePositionEmbedding", found: "\(type(of: part.value))",
      expected: "a type that is a RelativePositionBias")
  }
}
