import Tensors

/// The greatest value of every window over time and one spatial axis.
///
/// - Shape: `[b, t, h, ...] -> [b, t / s, h', ...]`, `h' = ceil((h + left + right - (k - 1)·d) / s)` in the numbers of that axis.
/// - Mask: by `timePadding`; see ``TimeWindow``. Invalid timesteps and padding count as -inf.
/// - Streaming: as ``MaxPooling1D``.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, other than one or 2 numbers an axis or
///   padding that does not fit, `.invalidInput` for fewer channel axes or extents than a window needs.
/// - Source: sequence_layers/jax/pooling.py `MaxPooling2D`.
extension MaxPooling2D: PoolingLayer {
  var kind: PoolingKind { .max }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, timePadding: timePadding,
      spatialPadding: [spatialPadding], spatialRank: 1)
  }
}

/// The smallest value of every window over time and one spatial axis.
///
/// - Shape: `[b, t, h, ...] -> [b, t / s, h', ...]`, `h' = ceil((h + left + right - (k - 1)·d) / s)` in the numbers of that axis.
/// - Mask: by `timePadding`; see ``TimeWindow``. Invalid timesteps and padding count as +inf.
/// - Streaming: as ``MaxPooling1D``.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, other than one or 2 numbers an axis or
///   padding that does not fit, `.invalidInput` for fewer channel axes or extents than a window needs.
/// - Source: sequence_layers/jax/pooling.py `MinPooling2D`.
extension MinPooling2D: PoolingLayer {
  var kind: PoolingKind { .min }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, timePadding: timePadding,
      spatialPadding: [spatialPadding], spatialRank: 1)
  }
}

/// The mean of every window over time and one spatial axis.
///
/// Divides by the number of taps over time and space, or with `maskedAverage` by those of valid
/// timesteps; else as ``AveragePooling1D``.
///
/// - Shape: `[b, t, h, ...] -> [b, t / s, h', ...]`, `h' = ceil((h + left + right - (k - 1)·d) / s)` in the numbers of that axis.
/// - Mask: by `timePadding`; see ``TimeWindow``. Invalid timesteps and padding count as 0.
/// - Streaming: as ``MaxPooling1D``; with `maskedAverage` also state `valid [b, n]`.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, other than one or 2 numbers an axis or
///   padding that does not fit, `.invalidInput` for fewer channel axes or extents than a window needs.
/// - Source: sequence_layers/jax/pooling.py `AveragePooling2D`.
extension AveragePooling2D: PoolingLayer {
  var kind: PoolingKind { .average(masked: maskedAverage) }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, timePadding: timePadding,
      spatialPadding: [spatialPadding], spatialRank: 1)
  }
}
