import Programs
import Tensors

/// The input; its gradient is clipped elementwise to `-clipValue ... clipValue`, as the composite
/// `gradientClipping` with a gradient of its own.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `clipValue` is not positive, `.invalidInput` for input
///   that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `GradientClipping`.
extension GradientClipping: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard clipValue > 0 else {
      throw .config(self, "clipValue", found: "\(clipValue)", expected: "a positive number")
    }
    try requireElements(.floating, input)
    return input
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.mapValues(preservingZero: true) { values in
      let types = [values.type, values.type, values.type]
      let gradient = context.builder.subprogram(types) { inputs in
        [inputs[2].binary(.min, clipValue).binary(.max, -clipValue)]
      }
      return Value.composite(
        .gradientClipping(limit: clipValue), [values], gradient: gradient
      ) { $0 }[0]
    }
  }
}
