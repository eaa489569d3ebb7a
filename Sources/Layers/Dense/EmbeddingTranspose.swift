import Diagnostics
import Programs
import Tensors

/// Scores of the last channel axis against the rows of an `Embedding`'s table:
/// `y = x · embeddingᵀ + bias`, such as logits of the tokens that the table embeds.
///
/// The table is the `Embedding`'s own parameter, so its gradients add up.
///
/// - Shape: `[b, t, ..., dimension] -> [b, t, ..., numEmbeddings]`; parameter `bias [numEmbeddings]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when no `Embedding` of that name comes before this layer or
///   the compute dtype is not floating-point, `.invalidInput` when the last channel axis is not of its
///   dimension.
/// - Source: sequence_layers/jax/simple.py `EmbeddingTranspose`.
extension EmbeddingTranspose: StatelessLayer {
  private func tableSpec(_ constants: ConstantSpecs) throws(LayerError) -> ConstantSpec {
    if let spec = constants[Embedding.tableName(embedding)] { return spec }
    let names = constants.keys.compactMap(Embedding.name(ofTable:)).sorted()
    let nearest = NearestName.of(embedding, among: names)
    let known = names.isEmpty ? "none has a name" : "there are " + names.joined(separator: ", ")
    throw .config(
      self, "embedding", found: "no Embedding named \"\(embedding)\"; \(known)",
      expected: "the name of an Embedding before this layer",
      suggestion: nearest.map { "did you mean \"\($0)\"?" } ?? "give the Embedding a name")
  }

  private func computeType(
    _ input: ChannelSpec, _ table: ConstantSpec
  ) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype ?? table.computeDtype,
      parameters: paramDtype ?? table.dtype, layer: typeName)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let table = try tableSpec(constants)
    try requireElements(.real, input)
    try requireChannelRank(1...Int.max, input, layer: typeName)
    guard input.shape.last == table.shape[1] else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "\(table.shape[1]) on the last axis, the dimension of \"\(embedding)\"")
    }
    return ChannelSpec(
      input.shape.dropLast() + [table.shape[0]], try computeType(input, table))
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let spec = try tableSpec(context.knownConstants)
    guard let table = context.table(Embedding.tableName(embedding)) else {
      throw .config(
        self, "embedding", found: "the Embedding \"\(embedding)\" behind this layer",
        expected: "an Embedding before this layer")
    }
    let dtype = try computeType(x.channelSpec, spec)
    let rows = table.converted(to: paramDtype ?? table.dtype).converted(to: dtype)
    var bias: Value?
    if useBias {
      bias = try context.parameter(
        "bias", [spec.shape[0]], dtype: paramDtype ?? spec.dtype, biasInit)
    }
    return x.mapValues(preservingZero: !useBias) { values in
      let pairing = DotDimensions(leftContracting: [values.rank - 1], rightContracting: [1])
      let scores = values.converted(to: dtype).dot(rows, pairing)
      return bias.map { scores + $0.converted(to: dtype) } ?? scores
    }
  }
}
