public import Layers

/// The decoder of Tacotron: a recurrence that gets its own attention back, then two more.
///
/// - Shape: frames `[b, t, target] -> [b, t/reduction, target · reduction]`.
/// - Streaming: block `reduction`, ratio 1/`reduction`, no latency.
/// - Source: sequence_layers/tensorflow/examples/tacotron.py; Wang et al. 2017, arXiv 1703.10135.
public struct TacotronDecoder: Sendable {
  /// The constant that is attended to.
  public var source = "text"
  /// Frames that a timestep predicts.
  public var reduction = 2
  /// Channels of a frame.
  public var target = 128
  /// Channels of the recurrences.
  public var units = 256
  /// Channels of attention, and of the second layer in front.
  public var attention = 128
  /// Dropped part in front of the recurrences.
  public var dropout = 0.5

  /// Makes the description of the published size.
  public init() {}

  /// The layers.
  public var layer: Serial {
    Serial {
      SqueezeTime(factor: reduction)
      Flatten()
      Dense(features: units, activation: .relu)
      Dropout(rate: dropout)
      Dense(features: attention, activation: .relu)
      Dropout(rate: dropout)
      Autoregressive {
        RNN(cell: [.lstm(units: units)])
        Skip {
          GmmAttention(
            sourceName: source, numHeads: 1, unitsPerHead: attention, numComponents: 5,
            monotonic: true, initOffsetBias: 1, initScaleBias: 1, hiddenUseBias: true,
            normalized: true)
          Flatten()
        }
      }
      Residual(projectShortcut: true) { RNN(cell: [.lstm(units: units)]) }
      Residual(projectShortcut: true) { RNN(cell: [.lstm(units: units)]) }
      Dense(features: target * reduction)
    }
  }
}
