public import Layers

/// The transformer, with normalisations behind the residual parts and no projection behind the heads.
///
/// - Shape: `[b, t, width] -> [b, t, width]`.
/// - Streaming: block 1 and no latency where attention sees no future; unlimited attention has no steps in an
///   encoder.
/// - Source: sequence_layers/tensorflow/examples/transformer.py; Vaswani et al. 2017, arXiv 1706.03762.
public struct Transformer: Sendable {
  /// Blocks.
  public var blocks = 6
  /// Channels between blocks.
  public var width = 512
  /// Attention heads a block; must divide `width`.
  public var heads = 8
  /// Timesteps that self attention sees of the past; -1 for all.
  public var past = -1
  /// Timesteps that an encoder's self attention sees of the future; -1 for all.
  public var future = -1
  /// What is between the two maps of a feed-forward part.
  public var activation = Activation.relu
  /// Dropped part of attention probabilities and of feed-forward outputs.
  public var dropout = 0.0

  /// Makes the description of the base size.
  public init() {}

  /// The layers of an encoder.
  public var encoder: Serial {
    Serial {
      AddTimingSignal()
      for index in 0..<blocks {
        Serial(name: Self.name(index)) {
          selfAttention(future: future)
          LayerNormalization(epsilon: 1e-3)
          feedForward
          LayerNormalization(epsilon: 1e-3)
        }
      }
    }
  }

  /// The layers of a decoder that attends to the constant `source`.
  public func decoder(source: String) -> Serial {
    Serial {
      AddTimingSignal()
      for index in 0..<blocks {
        Serial(name: Self.name(index)) {
          selfAttention(future: 0)
          LayerNormalization(epsilon: 1e-3)
          Residual {
            DotProductAttention(
              sourceName: source, numHeads: heads, unitsPerHead: width / heads,
              attentionProbabilitiesDropoutRate: dropout)
            Flatten()
          }
          LayerNormalization(epsilon: 1e-3)
          feedForward
          LayerNormalization(epsilon: 1e-3)
        }
      }
      Dense(features: width, activation: .softmax)
    }
  }

  /// The name of a block, such as `layer03`.
  static func name(_ index: Int) -> String { index < 10 ? "layer0\(index)" : "layer\(index)" }

  private func selfAttention(future: Int) -> Residual {
    Residual {
      DotProductSelfAttention(
        numHeads: heads, unitsPerHead: width / heads, maxPastHorizon: past,
        maxFutureHorizon: future, attentionProbabilitiesDropoutRate: dropout)
      Flatten()
    }
  }

  private var feedForward: Residual {
    Residual {
      Dense(features: 4 * width, activation: activation)
      Dense(features: width)
      Dropout(rate: dropout)
    }
  }
}
