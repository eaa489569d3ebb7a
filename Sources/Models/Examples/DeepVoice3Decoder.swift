public import Layers

/// The decoder of Deep Voice 3: gated convolutions and attention to the encoded text.
///
/// - Shape: frames `[b, t, target] -> [b, t/reduction, target · reduction]`.
/// - Streaming: block `reduction`, ratio 1/`reduction`, no latency.
/// - Source: sequence_layers/tensorflow/examples/deep_voice.py; Ping et al. 2017, arXiv 1710.07654.
public struct DeepVoice3Decoder: Sendable {
  /// The constant that is attended to.
  public var source = "text"
  /// Frames that a timestep predicts.
  public var reduction = 4
  /// Channels of a frame.
  public var target = 80
  /// Channels between layers.
  public var width = 256
  /// Attention channels.
  public var units = 128

  /// Makes the description of the published size.
  public init() {}

  /// The layers; where a part changes the number of channels its shortcut is projected.
  public var layer: Serial {
    Serial {
      SqueezeTime(factor: reduction)
      Flatten()
      Dropout(rate: 0.05)
      Dense(features: width / 2, activation: .relu)
      Dropout(rate: 0.05)
      Dense(features: width, activation: .relu)
      for _ in 0..<4 { block }
      Dense(features: target * reduction)
    }
  }

  private var block: Serial {
    Serial {
      Residual(projectShortcut: true) {
        Dropout(rate: 0.05)
        Conv1D(filters: 2 * width, kernelSize: 5, padding: .causalValid)
        GatedLinearUnit()
      }
      Scale(scale: TensorConstant(floatLiteral: 0.5.squareRoot()))
      Residual(projectShortcut: true) {
        DotProductAttention(sourceName: source, numHeads: 1, unitsPerHead: units)
        Flatten()
      }
      Scale(scale: TensorConstant(floatLiteral: 0.5.squareRoot()))
    }
  }
}
