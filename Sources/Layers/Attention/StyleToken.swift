import Programs
import Tensors

/// Attention of every timestep to a learned set of vectors: a mixture of style tokens for every head.
///
/// `logits = v · tanh(x · query + keys)`, `y = softmax(logits) · tokens`.
///
/// - Shape: `[b, t, ...] -> [b, t, n, h]`, floating-point; with `d` input channels in all, parameters
///   `query_projection/kernel [d, n·h]` and `bias [n·h]`, `style_token_keys [1, 1, n, S, h]`,
///   `style_tokens [S, h]`, `to_logits/kernel [h, 1]` and `bias [1]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, `.invalidInput` for input that is not
///   floating-point.
/// - Source: sequence_layers/tensorflow/simple.py `StyleToken`; Wang et al. 2018, arXiv 1803.09017.
extension StyleToken: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("numStyleTokens", numStyleTokens, atLeast: 1)
    try require("numHeads", numHeads, atLeast: 1)
    try require("unitsPerHead", unitsPerHead, atLeast: 1)
    try requireElements(.floating, input)
    return ChannelSpec([numHeads, unitsPerHead], input.dtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let dtype = DType.promoted(x.dtype, .float32)
    let (channels, units) = (x.channelShape.elementCount, numHeads * unitsPerHead)
    let spread = 2 * (6 / Double(numStyleTokens + unitsPerHead)).squareRoot()
    func parameter(
      _ name: String, _ shape: Shape, _ initializer: Initializer
    ) throws(LayerError) -> Value {
      try context.parameter(name, shape, initializer).converted(to: dtype)
    }
    let tokens = try parameter(
      "style_tokens", [numStyleTokens, unitsPerHead],
      .varianceScaling(mode: .fanOut, distribution: .uniform))
    let keys = try parameter(
      "style_token_keys", [1, 1, numHeads, numStyleTokens, unitsPerHead],
      .uniform(scale: spread, minval: -spread / 2))
    let kernel = try parameter("query_projection/kernel", [channels, units], .glorotUniform)
    let bias = try parameter("query_projection/bias", [units], .zeros)
    let toLogits = try parameter("to_logits/kernel", [unitsPerHead, 1], .glorotUniform)
    let logitBias = try parameter("to_logits/bias", [1], .zeros)
    let flat = x.values.reshaped([x.batch, x.time, channels]).converted(to: dtype)
    let queries = (flat.matmul(kernel) + bias)
      .reshaped([x.batch, x.time, numHeads, 1, unitsPerHead])
    let logits = (queries + keys).unary(.tanh).matmul(toLogits) + logitBias
    let probabilities = logits.element(0, axis: 4).softmax(axis: 3)
    return SequenceValue(probabilities.matmul(tokens).converted(to: x.dtype), mask: x.mask)
  }
}
