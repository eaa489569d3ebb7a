public import Layers

/// T5: normalisations before the residual parts, and one table of relative positions for all blocks of a stack.
///
/// - Shape: encoder `[b, t, width] -> [b, t, width]`, decoder `[b, t, width] -> [b, t, vocabulary]`.
/// - Streaming: the decoder has block 1 and no latency; the encoder sees the whole sequence and has no steps.
/// - Source: sequence_layers/tensorflow/examples/t5.py; Raffel et al. 2019, arXiv 1910.10683.
public struct T5: Sendable {
  /// Blocks.
  public var blocks = 12
  /// Channels between blocks.
  public var width = 768
  /// Attention heads a block; must divide `width`.
  public var heads = 12
  /// Channels inside feed-forward parts.
  public var hidden = 3072
  /// What is between the two maps of a feed-forward part.
  public var activation = Activation.relu
  /// Dropped part, wherever something is dropped.
  public var dropout = 0.0
  /// Timesteps that the decoder's self attention sees of the past.
  public var past = 128
  /// Tokens.
  public var vocabulary = 32128

  /// Makes the description of the base size.
  public init() {}

  /// The layers of the encoder.
  public var encoder: Serial {
    Serial {
      dropping
      Serial {
        for index in 0..<blocks {
          Serial(name: Transformer.name(index)) {
            selfAttention(past: -1, future: -1)
            feedForward
          }
        }
      }
      RMSNormalization(epsilon: 1e-6)
      Dropout(rate: dropout)
    }
  }

  /// The layers of the decoder, which attends to the constant `source`.
  public func decoder(source: String) -> Serial {
    Serial {
      dropping
      Serial {
        for index in 0..<blocks {
          Serial(name: Transformer.name(index)) {
            selfAttention(past: past, future: 0)
            crossAttention(source)
            feedForward
          }
        }
      }
      RMSNormalization(epsilon: 1e-6)
      dropping
      Dense(features: vocabulary, name: "to_logits")
    }
  }

  private var dropping: Dropout { Dropout(rate: dropout, broadcastDims: 1) }

  private func selfAttention(past: Int, future: Int) -> Residual {
    Residual(name: "self_attention") {
      RMSNormalization(epsilon: 1e-6)
      DotProductSelfAttention(
        numHeads: heads, unitsPerHead: width / heads, maxPastHorizon: past,
        maxFutureHorizon: future,
        relativePositionEmbedding: .t5RelativePositionEmbedding(
          numBuckets: 32, numHeads: heads, bidirectional: future != 0, maxDistance: 128,
          sharedName: future == 0 ? "decoder_positions" : "encoder_positions"),
        attentionProbabilitiesDropoutRate: dropout, broadcastDropoutAcrossQueries: true)
      Flatten()
      Dense(features: width, useBias: false)
      dropping
    }
  }

  private func crossAttention(_ source: String) -> Residual {
    Residual(name: "cross_attention") {
      RMSNormalization(epsilon: 1e-6)
      DotProductAttention(
        sourceName: source, numHeads: heads, unitsPerHead: width / heads,
        attentionProbabilitiesDropoutRate: dropout, broadcastDropoutAcrossQueries: true)
      Flatten()
      Dense(features: width, useBias: false)
      dropping
    }
  }

  private var feedForward: Residual {
    Residual(name: "ffn") {
      RMSNormalization(epsilon: 1e-6)
      Dense(features: hidden, useBias: false, activation: activation)
      dropping
      Dense(features: width, useBias: false)
      dropping
    }
  }
}
