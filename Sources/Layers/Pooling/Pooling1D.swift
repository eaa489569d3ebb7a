import Tensors

/// The greatest value of every window over time.
///
/// - Shape: `[b, t, ...] -> [b, t / s, ...]`.
/// - Mask: by padding mode; see ``TimeWindow``. Invalid timesteps and padding count as -inf.
/// - Streaming: block `s`; latency as `Conv1D`; state `buffer [b, n, ...]`.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1.
/// - Source: sequence_layers/jax/pooling.py `MaxPooling1D`.
extension MaxPooling1D: PoolingLayer {
  var kind: PoolingKind { .max }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, padding: padding)
  }
}

/// The smallest value of every window over time; as ``MaxPooling1D`` with +inf.
///
/// - Shape: `[b, t, ...] -> [b, t / s, ...]`.
/// - Mask: by padding mode; see ``TimeWindow``.
/// - Streaming: as ``MaxPooling1D``.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Source: sequence_layers/jax/pooling.py `MinPooling1D`.
extension MinPooling1D: PoolingLayer {
  var kind: PoolingKind { .min }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, padding: padding)
  }
}

/// The mean of every window over time.
///
/// Divides by the number of taps, padding and invalid timesteps counting as 0; with `maskedAverage` by
/// the number of valid timesteps, 0 where there is none. Integers divide towards minus infinity.
///
/// - Shape: `[b, t, ...] -> [b, t / s, ...]`.
/// - Mask: by padding mode; see ``TimeWindow``.
/// - Streaming: as ``MaxPooling1D``; with `maskedAverage` also state `valid [b, n]`.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Source: sequence_layers/jax/pooling.py `AveragePooling1D`.
extension AveragePooling1D: PoolingLayer {
  var kind: PoolingKind { .average(masked: maskedAverage) }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, padding: padding)
  }
}
