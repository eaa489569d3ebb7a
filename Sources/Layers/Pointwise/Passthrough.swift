import Programs
import Tensors

/// The input.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `Identity`.
extension Identity: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue { x }
}

/// The input with 0 at invalid timesteps, by selection, so that NaN does not survive.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged; the result is masked.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `MaskInvalid`.
extension MaskInvalid: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.maskedInvalid()
  }
}

/// The input, through which no gradient passes.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `StopGradient`.
extension StopGradient: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.mapValues(preservingZero: true, \.stoppingGradient)
  }
}

/// The input; in the original a hint for devices that share the work, which a single CPU does not
/// need.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `ApplySharding`.
extension ApplySharding: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue { x }
}

/// The input; in the original a barrier for a compiler that reorders operations, which planning here
/// never does.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `OptimizationBarrier`.
extension OptimizationBarrier: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue { x }
}

/// The input; in the original a name by which a policy keeps the value for the backward pass. Here
/// every value that the backward pass needs is kept.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `CheckpointName`.
extension CheckpointName: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue { x }
}

/// The input; in the original a line of text whenever the layer is traced. The library does not write:
/// the values at this place are seen through taps under the layer's path.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `Logging`.
extension Logging: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue { x }
}
