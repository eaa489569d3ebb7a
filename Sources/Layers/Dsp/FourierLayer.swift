import Programs
import Tensors

/// A Fourier transform of one channel axis at every timestep.
protocol FourierLayer: StatelessLayer {
  var axis: Int { get }
  /// The elements of the axis behind the transform, for so many before.
  ///
  /// - Throws: ``LayerError`` `.invalidConfig` for lengths below 1.
  func outputLength(_ length: Int) throws(LayerError) -> Int
  /// Whether there are real numbers behind and before the transform.
  var isReal: (input: Bool, output: Bool) { get }
  /// The transform along an axis of float32 parts.
  func transform(
    _ real: Value, _ imaginary: Value?, axis: Int
  ) throws(LayerError) -> (real: Value, imaginary: Value?)
}

extension FourierLayer {
  /// The axis in its new length, complex or real.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let place = try channelAxis("axis", axis, input) - 2
    if isReal.input {
      guard input.dtype.isFloating, input.dtype != .float64 else {
        throw .input(
          self, found: "\(input.dtype.name) input", expected: "float32, bfloat16 or float16",
          suggestion: input.dtype == .complex64
            ? "use FFT()" : "put Cast(dtype: .float32) before it")
      }
    } else {
      guard input.dtype == .complex64 else {
        throw .input(
          self, found: "\(input.dtype.name) input", expected: "complex64",
          suggestion: "put RFFT() or Cast(dtype: .complex64) before it")
      }
    }
    var shape = input.shape
    shape[place] = try outputLength(input.shape[place])
    return ChannelSpec(shape, isReal.output ? .float32 : .complex64)
  }

  /// Transforms every timestep; 0 stays 0.
  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let place = try channelAxis("axis", axis, x.channelSpec)
    let parts = try transform(
      x.values.converted(to: .float32), isReal.input ? nil : x.imaginaryOrZero, axis: place)
    return SequenceValue(
      parts.real, imaginary: parts.imaginary, mask: x.mask, isMasked: x.isMasked)
  }

  func requireLength(_ field: String, _ length: Int?) throws(LayerError) {
    if let length { try require(field, length, atLeast: 1) }
  }
}

extension SequenceValue {
  /// The imaginary parts, 0 for real numbers.
  var imaginaryOrZero: Value { imaginary ?? values.zerosLike }
}
