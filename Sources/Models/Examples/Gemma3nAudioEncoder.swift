public import Layers

/// The audio encoder of Gemma 3n: strided convolutions in front of conformer blocks with local attention.
///
/// - Shape: log-mel `[b, t, f] -> [b, t/16, width]`.
/// - Streaming: block 16, ratio 1/16, input latency 28, output latency 1.
/// - Source: sequence_layers/jax/examples `Gemma3nAudioEncoderConfig`, whose weights load unchanged.
public struct Gemma3nAudioEncoder: Sendable {
  /// Output latency of what precedes the encoder.
  public var precedingLatency = 0
  /// Conformer blocks.
  public var blocks = 12
  /// Channels between blocks.
  public var width = 1536
  /// What the feed-forward parts are multiplied by.
  public var feedForwardWeight = 0.5
  /// Attention heads a block.
  public var heads = 8
  /// Timesteps that attention sees, its own among them.
  public var context = 13

  /// Makes the description of the published size.
  public init() {}

  /// The layers.
  public var layer: Serial {
    Serial {
      Serial(name: "feature") {
        ExpandDims(axis: -1)
        Delay(length: precedingLatency % 2, delayLayerOutput: false)
        subsampling(0, filters: 128)
        // Makes the latency so far divisible by the next stride.
        Delay(length: 1, delayLayerOutput: false)
        subsampling(1, filters: 32)
        DenseShaped(outputShape: [width], useBias: false, name: "input_proj")
      }
      Repeat(conformer, numRepeats: blocks, name: "conformer")
      Delay(length: 2, delayLayerOutput: false)
      Downsample1D(rate: 4, name: "reducer")
      MaskInvalid()
    }
  }

  @LayerListBuilder private func subsampling(
    _ index: Int, filters: Int
  ) -> [any SequenceLayer] {
    Conv2D(
      filters: filters, kernelSize: 3, strides: 2, timePadding: .reverseCausal,
      spatialPadding: .mode(.same), useBias: false, name: "subsampling_\(index)")
    GroupNormalization(
      numGroups: 1, epsilon: 1e-3, cumulative: true, useBias: false, name: "norm_\(index)")
    Relu()
  }

  private var conformer: Serial {
    Serial(name: "stacked_layers") {
      feedForward(named: "fflayer_start")
      attention
      convolution
      feedForward(named: "fflayer_end")
      RMSNormalization(name: "final_ln")
    }
  }

  private func feedForward(named name: String) -> Residual {
    Residual(name: name) {
      RMSNormalization(name: "pre_layer_norm")
      Dense(features: 4 * width, useBias: false, activation: .swish, name: "ffn_layer1")
      Dense(features: width, useBias: false, name: "ffn_layer2")
      RMSNormalization(name: "post_layer_norm")
      Scale(scale: TensorConstant(floatLiteral: feedForwardWeight))
    }
  }

  private var attention: Residual {
    Residual(name: "trans_atten") {
      RMSNormalization(name: "pre_norm")
      LocalDotProductSelfAttention(
        numHeads: heads, unitsPerHead: width / heads, blockSize: 12, maxPastHorizon: context - 1,
        relativePositionEmbedding: .transformerXlRelativePositionEmbedding(
          numHeads: heads, unitsPerHead: width / heads, maxBackward: context - 1, maxForward: 0,
          positionBiasDim: width, useBias: false),
        attentionLogitsSoftCap: 50, perDimScale: true, name: "self_atten")
      DenseShaped(outputShape: [width], useBias: false, name: "post")
      RMSNormalization(name: "post_norm")
    }
  }

  private var convolution: Residual {
    Residual(name: "lconv") {
      RMSNormalization(name: "ln")
      Dense(features: 2 * width, useBias: false, name: "linear_start")
      GatedLinearUnit(name: "glu")
      DepthwiseConv1D(
        kernelSize: 5, padding: .causal, useBias: false, name: "depthwise_conv1d")
      RMSNormalization(name: "conv_norm")
      Swish(name: "conv_activation")
      Dense(features: width, useBias: false, name: "linear_end")
    }
  }
}
