public import Layers

/// The conformer: attention for what is far, convolution for what is near, half-step feed-forward parts around.
///
/// - Shape: `[b, t, c] -> [b, t/4, width]`.
/// - Streaming: block 4, ratio 1/4, no latency.
/// - Source: sequence_layers/tensorflow/examples/conformer.py; Gulati et al. 2020, arXiv 2005.08100.
public struct ConformerEncoder: Sendable {
  /// Channels between blocks.
  public var width = 512
  /// Blocks.
  public var blocks = 17
  /// Attention heads a block; must divide `width`.
  public var heads = 8
  /// Timesteps that attention sees of the past.
  public var past = 64
  /// Taps of the depthwise convolutions.
  public var kernel = 32
  /// Dropped part, wherever something is dropped.
  public var dropout = 0.1

  /// Makes the description of the large size.
  public init() {}

  /// The layers.
  public var layer: Serial {
    Serial {
      Serial(name: "convolutional_subsampling") {
        Conv1D(
          filters: width, kernelSize: 3, strides: 2, padding: .causalValid, activation: .relu)
        Conv1D(
          filters: width, kernelSize: 3, strides: 2, padding: .causalValid, activation: .relu)
      }
      Dense(features: width)
      AddTimingSignal()
      Dropout(rate: dropout)
      for index in 0..<blocks {
        Serial(name: "block\(index)") {
          feedForward
          attention
          convolution
          feedForward
          LayerNormalization(epsilon: 1e-3)
        }
      }
    }
  }

  private var feedForward: Residual {
    Residual {
      LayerNormalization(epsilon: 1e-3)
      Dense(features: 4 * width, activation: .swish)
      Dropout(rate: dropout)
      Dense(features: width)
      Dropout(rate: dropout)
      Scale(scale: 0.5)
    }
  }

  private var attention: Residual {
    Residual {
      LayerNormalization(epsilon: 1e-3)
      DotProductSelfAttention(
        numHeads: heads, unitsPerHead: width / heads, maxPastHorizon: past,
        relativePositionEmbedding: .shawRelativePositionEmbedding(
          maxBackward: past, maxForward: 0, numHeads: heads, unitsPerHead: width / heads))
      DenseShaped(outputShape: [width])
      Dropout(rate: dropout)
    }
  }

  private var convolution: Residual {
    Residual {
      LayerNormalization(epsilon: 1e-3)
      Dense(features: 2 * width)
      GatedLinearUnit()
      DepthwiseConv1D(kernelSize: kernel, padding: .causalValid)
      BatchNormalization()
      Swish()
      Dense(features: width)
      Dropout(rate: dropout)
    }
  }
}
