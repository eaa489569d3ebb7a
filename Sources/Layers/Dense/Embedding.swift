import Programs
import Tensors

/// Rows of a trained table: `y = embedding[x]`.
///
/// As in the original, an index from `-numEmbeddings` to -1 counts from the end, and any other index
/// outside the table gives a row of NaN.
///
/// - Shape: `[b, t, ...] -> [b, t, ..., dimension]`; parameter
///   `embedding [numEmbeddings, dimension]`, named by `embeddingParamName`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Tables: one with a name can be used by `EmbeddingTranspose`.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not integer, `.invalidConfig` for counts
///   below 1.
/// - Source: sequence_layers/jax/simple.py `Embedding`.
extension Embedding: StatelessLayer {
  /// The key of a named table among the constants of layers.
  static func tableName(_ name: String) -> String { "table/" + name }

  /// The name of the layer to which such a key belongs.
  static func name(ofTable key: String) -> String? {
    key.hasPrefix("table/") ? String(key.dropFirst("table/".count)) : nil
  }

  public var sharedTables: ConstantSpecs {
    guard let name else { return [:] }
    let spec = ConstantSpec(
      form: .table, shape: [numEmbeddings, dimension], dtype: paramDtype,
      computeDtype: computeDtype)
    return [Self.tableName(name): spec]
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("dimension", dimension, atLeast: 1)
    try require("numEmbeddings", numEmbeddings, atLeast: 1)
    try requireElements(.integer, input)
    return ChannelSpec(input.shape + [dimension], computeDtype ?? paramDtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let table = try context.parameter(
      embeddingParamName, [numEmbeddings, dimension], dtype: paramDtype, embeddingInit)
    if let name { context.offer(table: Self.tableName(name), table) }
    let rows = table.converted(to: computeDtype ?? paramDtype)
    return x.mapValues { values in
      let index = values.converted(to: .int32)
      let isNegative = index .< index.scalarLike(0)
      let position = isNegative.select(index.adding(Double(numEmbeddings)), index)
      return rows.gathered(position, axis: 0, outOfRange: .nan)
    }
  }
}
