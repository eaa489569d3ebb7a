public import Layers

/// MobileNet V1 over a stream of spectra: time is streamed, the other axis is frequency.
///
/// - Shape: `[b, t, s, c] -> [b, t/32, classes]`; with 224 frequencies one window covers the last axis.
/// - Streaming: block 32, ratio 1/32, no latency.
/// - Source: sequence_layers/tensorflow/examples/mobilenet.py; Howard et al. 2017, arXiv 1704.04861.
public struct MobileNet: Sendable {
  /// What is distinguished.
  public var classes = 1000
  /// Filters of the first convolution; those behind have multiples of it.
  public var filters = 32
  /// How often the middle part is repeated.
  public var middle = 5
  /// Extent of the last pooling, in timesteps and frequencies.
  public var pool = 7

  /// Makes the description of the published size.
  public init() {}

  /// The layers.
  public var layer: Serial {
    Serial {
      Conv2D(
        filters: filters, kernelSize: 3, strides: 2, timePadding: .causalValid,
        spatialPadding: .mode(.same))
      for (multiple, stride) in parts { separable(multiple * filters, stride) }
      AveragePooling2D(
        poolSize: OneOrMany([pool, pool]), strides: [1, pool], timePadding: .causalValid)
      Flatten()
      Dense(features: classes)
      Softmax()
    }
  }

  private var parts: [(multiple: Int, stride: Int)] {
    [(2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2)]
      + Array(repeating: (16, 1), count: middle) + [(32, 2), (32, 1)]
  }

  private func separable(_ filters: Int, _ stride: Int) -> Serial {
    Serial {
      DepthwiseConv2D(
        kernelSize: 3, strides: OneOrMany([stride]), spatialPadding: .same, depthMultiplier: 1,
        useBias: false)
      BatchNormalization()
      Relu()
      Conv2D(
        filters: filters, kernelSize: 1, timePadding: .causalValid,
        spatialPadding: .mode(.valid), useBias: false)
      BatchNormalization()
      Relu()
    }
  }
}
