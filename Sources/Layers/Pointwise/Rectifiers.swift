public import Programs
import Tensors

/// `max(x, 0)`; the gradient at 0 is 0.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for complex or bool input.
/// - Source: sequence_layers/jax/simple.py `Relu`.
extension Relu: ElementwiseLayer {
  public var preservesZero: Bool { true }
  public var domain: ElementDomain { .real }
  public func apply(_ x: Value) -> Value { x.relu }
}

/// `x >= 0 ? x : negativeSlope * x`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `LeakyRelu`.
extension LeakyRelu: ElementwiseLayer {
  public var preservesZero: Bool { true }
  public func apply(_ x: Value) -> Value { x.leakyRelu(slope: negativeSlope) }
}

/// `x >= 0 ? x : negative_slope * x` with one trained slope.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`; parameter `negative_slope []`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `PRelu`.
extension PRelu: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.floating, input)
    return input
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let slope = try context.parameter(
      "negative_slope", [], dtype: paramDtype, .constant(value: negativeSlopeInit))
    return x.mapValues(preservingZero: true) { values in
      let scaled = slope.converted(to: values.dtype) * values
      return (values.scalarLike(0) .<= values).select(values, scaled)
    }
  }
}

/// `x > 0 ? x : alpha * (e^x - 1)`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; as in the original, nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Elu`; arXiv 1511.07289.
extension Elu: ElementwiseLayer {
  public var preservesZero: Bool { false }
  public func apply(_ x: Value) -> Value { x.elu(alpha: alpha) }
}

/// The Gaussian error linear unit `x Φ(x)`: exactly `x/2 (1 + erf(x / sqrt(2)))`, or with
/// `approximate` `x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³)))`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Gelu`; arXiv 1606.08415.
extension Gelu: ElementwiseLayer {
  public var preservesZero: Bool { true }
  public func apply(_ x: Value) -> Value { approximate ? x.geluApproximate : x.geluExact }
}

/// `x * sigmoid(x)`, also called SiLU.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Swish`.
extension Swish: ElementwiseLayer {
  public var preservesZero: Bool { true }
  public func apply(_ x: Value) -> Value { x * x.unary(.sigmoid) }
}

/// `ln(1 + e^x)`, without overflow.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Softplus`.
extension Softplus: ElementwiseLayer {
  public var preservesZero: Bool { false }
  public func apply(_ x: Value) -> Value { x.softplus }
}
