public import Layers

/// Global style tokens: every timestep becomes a mixture of learned vectors, one for each head.
///
/// - Shape: `[b, t, c] -> [b, t, heads, units]`.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/examples/global_style_token.py; Wang et al. 2018, arXiv 1803.09017.
public struct GlobalStyleToken: Sendable {
  /// Learned vectors.
  public var tokens = 10
  /// Attention heads.
  public var heads = 4
  /// Channels of a token.
  public var units = 128

  /// Makes the description of the size in the article.
  public init() {}

  /// The layer.
  public var layer: StyleToken {
    StyleToken(numStyleTokens: tokens, numHeads: heads, unitsPerHead: units)
  }
}
