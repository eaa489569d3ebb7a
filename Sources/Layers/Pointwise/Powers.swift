public import Programs
import Tensors

/// `e^x`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Exp`.
extension Exp: ElementwiseLayer {
  public var preservesZero: Bool { false }
  public func apply(_ x: Value) -> Value { x.unary(.exp) }
}

/// The natural logarithm.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; masked timesteps become -inf.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Log`.
extension Log: ElementwiseLayer {
  public var preservesZero: Bool { false }
  public func apply(_ x: Value) -> Value { x.unary(.log) }
}

/// `x^power`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged. The original calls the result masked for every power, though `0^0` is 1; here
///   it stays masked only for positive powers.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `Power`.
extension Power: ElementwiseLayer {
  public var preservesZero: Bool { power > 0 }
  public func apply(_ x: Value) -> Value { x.binary(.pow, power) }
}

/// The magnitude: `|x|`, of complex numbers `sqrt(re² + im²)` as the composite `complexAbs` (operands
/// re, im), whose gradient at 0 is 0.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`; complex64 becomes float32.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for bool input.
/// - Source: sequence_layers/jax/simple.py `Abs`.
extension Abs: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.anyNumber, input)
    return ChannelSpec(input.shape, input.dtype == .complex64 ? .float32 : input.dtype)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    let magnitude = x.imaginary.map { x.values.magnitude($0) } ?? x.values.unary(.abs)
    return SequenceValue(magnitude, mask: x.mask, isMasked: x.isMasked)
  }
}

extension Value {
  /// `sqrt(self² + imaginary²)` without overflow in between; the gradient at 0 is 0.
  func magnitude(_ imaginary: Value) -> Value {
    let types = [type, imaginary.type, type, type]
    let gradient = builder.subprogram(types) { inputs in
      let (length, cotangent) = (inputs[2], inputs[3])
      let isZero = length .== length.scalarLike(0)
      let divisor = isZero.select(length.scalarLike(1), length)
      let part = cotangent / divisor
      return [inputs[0] * part, inputs[1] * part]
    }
    return Value.composite(.complexAbs, [self, imaginary], gradient: gradient) { inputs in
      let (re, im) = (inputs[0].unary(.abs), inputs[1].unary(.abs))
      let (long, short) = (re.binary(.max, im), re.binary(.min, im))
      // An infinite or zero long side divides by 1: the result is then the long side itself.
      let isPlain = long.unary(.isFinite).and(long.scalarLike(0) .< long)
      let ratio = short / isPlain.select(long, long.scalarLike(1))
      let root = (ratio * ratio).adding(1).unary(.sqrt)
      return [isPlain.select(long * root, long)]
    }[0]
  }
}
