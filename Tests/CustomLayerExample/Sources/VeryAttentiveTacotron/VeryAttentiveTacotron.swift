public import Layers

/// Very Attentive Tacotron: a text encoder, and a decoder of codebook indices that knows where in the text it is.
///
/// - Shape: encoder `[b, s, d] -> [b, ceil(s/2), width]`, decoder `i32[b, t, codebooks] -> [b, t, hidden]`.
/// - Streaming: decoder block 1, no latency; the encoder sees the whole text and has no steps.
/// - Source: sequence_layers/tensorflow/examples/very_attentive_tacotron.py; Battenberg et al. 2024, arXiv 2410.22179.
public struct VeryAttentiveTacotron: Sendable {
  /// Channels of the encoder.
  public var width = 192
  /// Attention heads of a block of either part.
  public var heads = 8
  /// Channels of a head of the decoder.
  public var unitsPerHead = 48
  /// Blocks of the encoder and of the decoder.
  public var blocks = (encoder: 3, decoder: 6)
  /// Codebooks that are read at a timestep, and the indices that each has.
  public var codebooks = (count: 8, size: 256)
  /// Channels of the recurrence that moves over the text.
  public var rnnUnits = 96
  /// Timesteps of the past that the decoder sees.
  public var past = 128
  /// Dropped part, wherever something is dropped.
  public var dropout = 0.1
  /// The constant with the encoded text.
  public var source = "text_encoder_top"

  /// Makes the description of the small size.
  public init() {}

  /// The large size.
  public static var large: VeryAttentiveTacotron {
    var large = VeryAttentiveTacotron()
    (large.width, large.heads, large.unitsPerHead, large.rnnUnits) = (512, 16, 64, 256)
    return large
  }

  private var hidden: Int { heads * unitsPerHead }
  private var dropping: Dropout { Dropout(rate: dropout, broadcastDims: 1) }

  // MARK: - Encoder

  /// The layers of the text encoder; always 8 heads a block.
  public var encoder: Serial {
    Serial {
      convolutions(filters: width / 2, strides: 1)
      convolutions(filters: width, strides: 2)
      Serial {
        for _ in 0..<blocks.encoder {
          Serial {
            attention(width, heads: 8, width / 8, past: -1, future: -1, maxDistance: 64)
            feedForward(width)
          }
        }
      }
      RMSNormalization(epsilon: 1e-6)
      Dropout(rate: dropout)
    }
  }

  private func convolutions(filters: Int, strides: Int) -> Serial {
    Serial {
      Conv1D(
        filters: filters, kernelSize: 3, strides: strides, padding: .same, name: "resample_conv1d")
      for index in 0..<3 {
        Residual(name: "residual_block_0\(index)") {
          RMSNormalization(epsilon: 1e-6, name: "rms_norm")
          Conv1D(
            filters: filters, kernelSize: 3, padding: .same, activation: .geluExact,
            name: "conv_layer")
          dropping
          Dense(features: filters, useBias: false, name: "output_layer")
          dropping
        }
      }
      RMSNormalization(epsilon: 1e-6, name: "rms_norm")
      dropping
    }
  }

  // MARK: - Decoder

  /// The layers of the decoder.
  public var decoder: Serial {
    Serial {
      Serial(name: "prenet") {
        OneHot(depth: codebooks.size)
        EinsumDense(
          equation: "...GC,GCE->...GE",
          outputShape: [codebooks.count, hidden / codebooks.count], name: "target_codebooks")
        Flatten()
        Conv1D(filters: hidden, kernelSize: 3, padding: .causalValid)
      }
      Residual(name: "alignment_block") {
        RMSNormalization(epsilon: 1e-6, name: "rms_normalization")
        alignment
        Dense(features: hidden, useBias: false, name: "dense")
        dropping
      }
      for index in 0..<blocks.decoder {
        Serial(name: "block_\(index)") {
          attention(hidden, heads: heads, unitsPerHead, past: past, future: 0, maxDistance: 128)
          crossAttention
          feedForward(hidden)
        }
      }
      RMSNormalization(epsilon: 1e-6, name: "rms_normalization")
      dropping
    }
  }

  private var alignment: AlignmentLayer {
    var layer = AlignmentLayer(sourceName: source, rnnUnits: rnnUnits)
    layer.name = "alignment_layer"
    return layer
  }

  private var crossAttention: Residual {
    var biases = InterpolatedRelativePositionBiases(numHeads: heads)
    biases.windowStddev = 15
    biases.positionsName = alignment.positionsName
    return Residual {
      RMSNormalization(epsilon: 1e-6, name: "rms_normalization")
      DotProductAttention(
        sourceName: source, numHeads: heads, unitsPerHead: unitsPerHead,
        attentionProbabilitiesDropoutRate: dropout, broadcastDropoutAcrossQueries: true,
        relativePositionEmbedding: .custom(CustomPart(biases)), name: "relative_cross_attention")
      Flatten()
      Dense(features: hidden, useBias: false, name: "dense")
      dropping
    }
  }

  // MARK: - Parts of both

  private func attention(
    _ channels: Int, heads: Int, _ units: Int, past: Int, future: Int, maxDistance: Int
  ) -> Residual {
    var biases = InterpolatedRelativePositionBiases(numHeads: heads)
    biases.maxDistance = maxDistance
    biases.bidirectional = future != 0
    return Residual {
      RMSNormalization(epsilon: 1e-6, name: "rms_normalization")
      DotProductSelfAttention(
        numHeads: heads, unitsPerHead: units, maxPastHorizon: past, maxFutureHorizon: future,
        relativePositionEmbedding: .custom(CustomPart(biases)),
        attentionProbabilitiesDropoutRate: dropout, broadcastDropoutAcrossQueries: true,
        name: "dot_product_self_attention")
      Flatten()
      Dense(features: channels, useBias: false, name: "dense")
      dropping
    }
  }

  private func feedForward(_ channels: Int) -> Residual {
    Residual(name: "ffn") {
      RMSNormalization(epsilon: 1e-6)
      Dense(features: 4 * channels, useBias: false, activation: .geluExact)
      dropping
      Dense(features: channels, useBias: false)
      dropping
    }
  }
}
