public import Layers

/// Listen, attend and spell: a recurrent encoder of speech, and a decoder that attends to what it gives.
///
/// - Shape: encoder `[b, t, f, 1] -> [b, t/4, units]`, decoder one-hot tokens `[b, t, n] -> [b, t, tokens]`.
/// - Streaming: encoder block 4, ratio 1/4; decoder block 1; no latency.
/// - Source: sequence_layers/tensorflow/examples/listen_attend_spell.py; Irie et al. 2019, arXiv 1902.01955.
public struct ListenAttendSpell: Sendable {
  /// Channels of every recurrence.
  public var units = 512
  /// Filters of the convolutions.
  public var filters = 32
  /// Recurrences of the encoder.
  public var recurrences = 4
  /// Channels of the embedding of a token.
  public var embedding = 64
  /// Channels of attention.
  public var attention = 128
  /// Tokens that are distinguished.
  public var tokens = 128

  /// Makes the description of the published size.
  public init() {}

  /// The layers of the encoder.
  public var encoder: Serial {
    Serial {
      convolution
      convolution
      Flatten()
      for _ in 0..<recurrences {
        Serial {
          RNN(cell: [.lstm(units: units)])
          BatchNormalization()
          Relu()
        }
      }
    }
  }

  /// The layers of the decoder, which attends to the constant `source`.
  public func decoder(source: String) -> Serial {
    Serial {
      Dense(features: embedding, useBias: false)
      // Only the context is fed back, not what the cell gave.
      Autoregressive(
        feedbackLayer: [Slice(slices: [.range(start: units)])]
      ) {
        RNN(cell: [.lstm(units: units)])
        Skip {
          AdditiveAttention(sourceName: source, numHeads: 1, unitsPerHead: attention)
          Flatten()
        }
      }
      RNN(cell: [.lstm(units: units)])
      Dense(features: tokens)
      Softmax()
    }
  }

  private var convolution: Serial {
    Serial {
      Conv2D(
        filters: filters, kernelSize: 3, strides: 2, timePadding: .causalValid,
        spatialPadding: .mode(.valid), useBias: false)
      BatchNormalization()
      Relu()
    }
  }
}
