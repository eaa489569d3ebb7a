import Programs
import Tensors

/// `x + sin²(α x) / (β + 1e-12)` with trained `α = e^alpha_log` and `β = e^beta_log`, or `β = α`.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...c]`; parameters `alpha_log [...c]` and, with `separateBeta`,
///   `beta_log [...c]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Snake`; arXiv 2006.08195, arXiv 2206.04658. The original
///   promotes a bfloat16 input to the parameters' dtype although it announces the input's; here the
///   result is rounded back.
extension Snake: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.floating, input)
    return input
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let shape = x.channelShape
    let dtype = DType.promoted(x.dtype, paramDtype)
    let alpha = try context.parameter("alpha_log", shape, dtype: paramDtype, .zeros).unary(.exp)
    var beta = alpha
    if separateBeta {
      beta = try context.parameter("beta_log", shape, dtype: paramDtype, .zeros).unary(.exp)
    }
    let divisor = beta.adding(1e-12).converted(to: dtype)
    return x.mapValues(preservingZero: true) { values in
      let wide = values.converted(to: dtype)
      let wave = (wide * alpha.converted(to: dtype)).unary(.sin)
      return (wide + wave * wave / divisor).converted(to: values.dtype)
    }
  }
}
