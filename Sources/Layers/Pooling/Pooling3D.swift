import Tensors

/// The greatest value of every window over time and two spatial axes.
///
/// - Shape: `[b, t, h, w, ...] -> [b, t / s, h', w', ...]`, spatial extents as in ``MaxPooling2D``.
/// - Mask: by `timePadding`; see ``TimeWindow``. Invalid timesteps and padding count as -inf.
/// - Streaming: as ``MaxPooling1D``.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, other than one or 3 numbers an axis or
///   padding that does not fit, `.invalidInput` for fewer channel axes or extents than a window needs.
/// - Source: sequence_layers/jax/pooling.py `MaxPooling3D`.
extension MaxPooling3D: PoolingLayer {
  var kind: PoolingKind { .max }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, timePadding: timePadding,
      spatialPadding: spatialPadding, spatialRank: 2)
  }
}

/// The smallest value of every window over time and two spatial axes.
///
/// - Shape: `[b, t, h, w, ...] -> [b, t / s, h', w', ...]`, spatial extents as in ``MinPooling2D``.
/// - Mask: by `timePadding`; see ``TimeWindow``. Invalid timesteps and padding count as +inf.
/// - Streaming: as ``MaxPooling1D``.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, other than one or 3 numbers an axis or
///   padding that does not fit, `.invalidInput` for fewer channel axes or extents than a window needs.
/// - Source: sequence_layers/jax/pooling.py `MinPooling3D`.
extension MinPooling3D: PoolingLayer {
  var kind: PoolingKind { .min }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, timePadding: timePadding,
      spatialPadding: spatialPadding, spatialRank: 2)
  }
}

/// The mean of every window over time and two spatial axes.
///
/// Divides by the number of taps over time and space, or with `maskedAverage` by those of valid
/// timesteps; else as ``AveragePooling1D``.
///
/// - Shape: `[b, t, h, w, ...] -> [b, t / s, h', w', ...]`, spatial extents as in ``AveragePooling2D``.
/// - Mask: by `timePadding`; see ``TimeWindow``. Invalid timesteps and padding count as 0.
/// - Streaming: as ``MaxPooling1D``; with `maskedAverage` also state `valid [b, n]`.
/// - Beyond: steps with `same`, `causalValid` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, other than one or 3 numbers an axis or
///   padding that does not fit, `.invalidInput` for fewer channel axes or extents than a window needs.
/// - Source: sequence_layers/jax/pooling.py `AveragePooling3D`.
extension AveragePooling3D: PoolingLayer {
  var kind: PoolingKind { .average(masked: maskedAverage) }
  var windowFields: WindowFields {
    WindowFields(
      "poolSize", poolSize, strides: strides, dilationRate: dilationRate, timePadding: timePadding,
      spatialPadding: spatialPadding, spatialRank: 2)
  }
}
