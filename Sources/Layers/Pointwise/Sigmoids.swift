public import Programs
import Tensors

/// The hyperbolic tangent.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Tanh`.
extension Tanh: ElementwiseLayer {
  public var preservesZero: Bool { true }
  public func apply(_ x: Value) -> Value { x.unary(.tanh) }
}

/// The logistic function `1 / (1 + e^-x)`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Sigmoid`.
extension Sigmoid: ElementwiseLayer {
  public var preservesZero: Bool { false }
  public func apply(_ x: Value) -> Value { x.unary(.sigmoid) }
}

/// `e^(x - max) / Σ e^(x - max)` along one channel axis, as the composite `softmax` (attribute
/// `axis`).
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`; `axis` counts in the whole array, negative from the end.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `axis` is not a channel axis, `.invalidInput` for
///   input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Softmax`.
extension Softmax: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.floating, input)
    _ = try channelAxis("axis", axis, input)
    return input
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let along = try channelAxis("axis", axis, x.channelSpec)
    return x.mapValues { $0.softmax(axis: along) }
  }
}
