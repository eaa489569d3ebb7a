import Programs
import Tensors

/// One channel axis multiplied by a window function: `y[..., n, ...] = x[..., n, ...] · w[n]`.
///
/// - Shape: kept; any floating-point or complex elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `axis` is not a channel axis or the window is unknown,
///   `.invalidInput` for input that is neither floating-point nor complex.
/// - Source: sequence_layers/jax/dsp.py `Window`. Without a window function the input passes unchanged;
///   the original fails.
extension Window: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let place = try channelAxis("axis", axis, input)
    guard input.dtype.isFloating || input.dtype == .complex64 else {
      throw .input(
        self, found: "\(input.dtype.name) input", expected: "floating-point or complex numbers",
        suggestion: "put Cast(dtype: .float32) before it")
    }
    _ = try windowFn.values(input.shape[place - 2])
    return input
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try x.windowed(windowFn, axis: try channelAxis("axis", axis, x.channelSpec))
  }
}

extension SequenceValue {
  /// Multiplies an axis by a window function, if there is one.
  func windowed(_ window: WindowFn, axis: Int) throws(LayerError) -> SequenceValue {
    let length = values.shape[axis]
    guard let taps = try window.values(length) else { return self }
    let shape = [length] + Array(repeating: 1, count: values.rank - 1 - axis)
    let factor = values.builder.constant(Tensor(taps, shape: shape).converted(to: values.dtype))
    guard taps.contains(0) else { return mapValues(preservingZero: true) { $0 * factor } }
    // What a tap of 0 does not see may be no number, and 0 times that is none either.
    let isSeen = values.builder.constant(Tensor(taps.map { $0 != 0 }, shape: shape))
    return mapValues(preservingZero: true) { isSeen.select($0, $0.scalarLike(0)) * factor }
  }
}
