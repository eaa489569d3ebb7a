import Programs
import Tensors

/// `x * scale`, the constant rounded to the input's dtype and broadcast over the channels.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...broadcast(c, constant)]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when the constant has more axes than the channels, a wrong
///   number of elements, or is complex where the input is real; `.invalidInput` when it does not
///   broadcast.
/// - Source: sequence_layers/jax/simple.py `Scale`.
extension Scale: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.anyNumber, input)
    return try broadcastSpec("scale", scale, input)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    let (real, imaginary) = scale.parts(for: x)
    guard let xImaginary = x.imaginary, let imaginary else {
      return x.mapValues(preservingZero: true) { $0 * real }
    }
    return SequenceValue(
      x.values * real - xImaginary * imaginary,
      imaginary: x.values * imaginary + xImaginary * real, mask: x.mask, isMasked: x.isMasked)
  }
}

/// `x + shift`, the constant rounded to the input's dtype and broadcast over the channels.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...broadcast(c, constant)]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `Scale`.
/// - Source: sequence_layers/jax/simple.py `Add`.
extension Add: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.anyNumber, input)
    return try broadcastSpec("shift", shift, input)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    let (real, imaginary) = shift.parts(for: x)
    let values = x.values + real
    let xImaginary = x.imaginary.map { part in
      imaginary.map { part + $0 } ?? part.broadcast(to: values.shape)
    }
    return SequenceValue(values, imaginary: xImaginary, mask: x.mask)
  }
}

/// `max(x, maximum)`, the constant rounded to the input's dtype and broadcast over the channels.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...broadcast(c, constant)]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `Scale`; `.invalidInput` for complex input.
/// - Source: sequence_layers/jax/simple.py `Maximum`.
extension Maximum: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    return try broadcastSpec("maximum", maximum, input)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    let bound = maximum.parts(for: x).real
    return x.mapValues { $0.binary(.max, bound) }
  }
}

/// `min(x, minimum)`, the constant rounded to the input's dtype and broadcast over the channels.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...broadcast(c, constant)]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `Scale`; `.invalidInput` for complex input.
/// - Source: sequence_layers/jax/simple.py `Minimum`.
extension Minimum: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    return try broadcastSpec("minimum", minimum, input)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    let bound = minimum.parts(for: x).real
    return x.mapValues { $0.binary(.min, bound) }
  }
}

/// `x - divisor * floor(x / divisor)`: the remainder with the divisor's sign; the constant is rounded
/// to the input's dtype and broadcast over the channels.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...broadcast(c, constant)]`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `Scale`; `.invalidInput` for complex input.
/// - Source: sequence_layers/jax/simple.py `Mod`.
extension Mod: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    return try broadcastSpec("divisor", divisor, input)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    let modulus = divisor.parts(for: x).real
    return x.mapValues(preservingZero: true) { values in
      let remainder = values.binary(.rem, modulus)
      let zero = remainder.scalarLike(0)
      let signsDiffer = (remainder .< zero).binary(.xor, modulus .< zero)
      let isWrong = signsDiffer.and((remainder .== zero).not)
      return isWrong.select(remainder + modulus, remainder)
    }
  }
}

extension SequenceLayer {
  /// The channels of the input combined with a constant that is broadcast over them.
  fileprivate func broadcastSpec(
    _ field: String, _ constant: TensorConstant, _ input: ChannelSpec
  ) throws(LayerError) -> ChannelSpec {
    let count = constant.shape.elementCount
    let isComplex = constant.dtype == .complex64 || !constant.imagValues.isEmpty
    guard constant.shape.allSatisfy({ $0 >= 0 }), constant.values.count == count,
      constant.imagValues.isEmpty || constant.imagValues.count == count
    else {
      throw .config(
        self, field, found: "\(constant.values.count) elements",
        expected: "\(count) for the shape \(constant.shape.shapeText)")
    }
    guard !isComplex || input.dtype == .complex64 else {
      throw .config(
        self, field, found: "a complex constant for \(input.dtype.name) input",
        expected: "a real constant", suggestion: "put Cast(dtype: .complex64) before it")
    }
    guard constant.shape.count <= input.shape.count else {
      throw .config(
        self, field, found: "a constant of shape \(constant.shape.shapeText)",
        expected: "at most the \(input.shape.count) channel axes of \(input.shape.shapeText)",
        suggestion: "put ExpandDims before it to add channel axes")
    }
    guard let shape = Shape.broadcast(input.shape, constant.shape) else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "one that broadcasts with the \(field) of shape \(constant.shape.shapeText)")
    }
    return ChannelSpec(shape, input.dtype)
  }
}

extension TensorConstant {
  /// Real and imaginary parts in the dtype of a sequence's values.
  fileprivate func parts(for x: SequenceValue) -> (real: Value, imaginary: Value?) {
    let (builder, dtype) = (x.values.builder, x.values.dtype)
    let real = builder.constant(tensor(of: values).converted(to: dtype))
    guard !imagValues.isEmpty else { return (real, nil) }
    return (real, builder.constant(tensor(of: imagValues).converted(to: dtype)))
  }

  private func tensor(of elements: [Double]) -> Tensor {
    let stored: DType = self.dtype == .complex64 ? .float32 : self.dtype
    return Tensor(elements, shape: shape).converted(to: stored)
  }
}
