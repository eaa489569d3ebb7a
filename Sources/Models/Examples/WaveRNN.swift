public import Layers

/// WaveRNN: predicts a waveform sample by sample from what came before and from slower conditioning.
///
/// The two channels of the output are place and width of a quantised logistic distribution, see
/// ``QuantizedLogistic``.
///
/// - Shape: samples `[b, t, 1] -> [b, t, 2]`; constant `conditioning` `[b, t/upsampling, …]`.
/// - Streaming: block 1, no latency.
/// - Source: sequence_layers/tensorflow/examples/wavernn.py; Kalchbrenner et al. 2018, arXiv 1802.08435.
public struct WaveRNN: Sendable {
  /// Channels of the recurrence.
  public var units = 512
  /// Samples to a timestep of the conditioning.
  public var upsampling = 300
  /// The constant with the conditioning.
  public var conditioning = "conditioning"

  /// Makes the description of a usual size.
  public init() {}

  /// The layers: what predicts from the samples before.
  public var body: Serial {
    Serial {
      Conv1D(filters: units, kernelSize: 5, padding: .causalValid)
      UpsampleConditioning(
        conditioningName: conditioning, projection: .linear, combination: .add,
        upsampleRatio: upsampling)
      Noise(sampler: .truncatedNormal(mean: 0, stddev: 0.01), trainingOnly: true)
      RNN(cell: [.gru(units: units)])
      Dense(features: 2)
    }
  }

  /// The layers for training: every sample is predicted from the true ones before it.
  public var teacherForced: Serial {
    Serial {
      Delay(length: 1, keepLength: true, validStart: true)
      Serial(body.layers, name: "body")
    }
  }
}
