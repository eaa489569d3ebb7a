public import Layers

/// A small language model of bytes: embedding, transformer blocks with rotary positions and a
/// key/value cache, and logits of the next byte.
///
/// - Shape: `i32[b, t] -> [b, t, 256]`.
/// - Streaming: block 1; every attention sees the newest `context` timesteps and itself.
public struct ByteTransformer: Sendable {
  /// Channels between blocks.
  public var width = 48
  /// Transformer blocks.
  public var blocks = 2
  /// Attention heads a block; must divide `width` into even sizes.
  public var heads = 4
  /// Channels inside a block's feed-forward part.
  public var hidden = 144
  /// How many timesteps back attention sees.
  public var context = 63

  /// Makes the description of the bundled model.
  public init() {}

  /// The layers.
  public var layer: Serial {
    Serial {
      Embedding(dimension: width, numEmbeddings: 256, name: "embedding")
      for index in 0..<blocks {
        attention(named: "attention_\(index)")
        feedForward(named: "feed_forward_\(index)")
      }
      RMSNormalization(name: "norm")
      Dense(features: 256, name: "logits")
    }
  }

  private func attention(named name: String) -> Residual {
    Residual(name: name) {
      RMSNormalization(name: "norm")
      DotProductSelfAttention(
        numHeads: heads, unitsPerHead: width / heads, maxPastHorizon: context,
        queryNetwork: ApplyRotaryPositionalEncoding(maxWavelength: 1000),
        keyNetwork: ApplyRotaryPositionalEncoding(maxWavelength: 1000), name: "attention")
      Flatten(name: "heads")
      Dense(features: width, useBias: false, name: "output")
    }
  }

  private func feedForward(named name: String) -> Residual {
    Residual(name: name) {
      RMSNormalization(name: "norm")
      Dense(features: hidden, activation: .gelu, name: "hidden")
      Dense(features: width, name: "output")
    }
  }
}
