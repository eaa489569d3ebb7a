import Programs
public import Tensors

/// Short-time Fourier transform: frames, a window, and the transform of real signals.
///
/// - Shape: `[b, t, ...] -> [b, t / step, fftLength / 2 + 1, ...]`, complex, or magnitudes with
///   `outputMagnitude`.
/// - Mask: as ``Frame`` with `timePadding`.
/// - Streaming: as ``Frame``; its state is `frame/buffer`.
/// - Throws: ``LayerError`` as ``Frame``, and `.invalidConfig` when `fftLength < 1`.
/// - Source: sequence_layers/jax/dsp.py `STFT`. The receptive field leaves out taps at which the window
///   is 0, and those that the transform cuts off.
extension STFT: SequenceLayer {
  private var framer: Frame {
    Frame(frameLength: frameLength, frameStep: frameStep, padding: .mode(timePadding))
  }
  private static let scope = ChildScope("frame")

  public var stepObstacle: String? { framer.stepObstacle }
  public var blockSize: Int { framer.blockSize }
  public var outputRatio: Rational { framer.outputRatio }
  public var inputLatency: Int { framer.inputLatency }
  public var outputLatency: Int { framer.outputLatency }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    let start = -framer.window.left
    let kept = RealTransform.kept(frameLength, fftLength, fftPadding)
    let window = (try? windowFn.values(frameLength)) ?? nil
    let taps = kept.filter { tap in window.map { $0[tap] != 0 } ?? true }
    guard let first = taps.first, let last = taps.last else { return [nil] }
    return [ReceptiveField(start + first, start + last)]
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let frames = try framer.outputSpec(for: input, constants: constants)
    try require("fftLength", fftLength, atLeast: 1)
    guard input.dtype.isFloating, input.dtype != .float64 else {
      throw .input(
        self, found: "\(input.dtype.name) input", expected: "float32, bfloat16 or float16")
    }
    _ = try windowFn.values(frameLength)
    return ChannelSpec(
      [fftLength / 2 + 1] + frames.shape.dropFirst(), outputMagnitude ? .float32 : .complex64)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    try context.initialState(
      framer, for: input, into: &state, at: Self.scope, latency: context.precedingLatency)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try transform(
      try context.step(framer, x, &state, at: Self.scope, latency: context.precedingLatency))
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    try transform(try context.layer(framer, x, at: Self.scope))
  }

  private func transform(_ frames: SequenceValue) throws(LayerError) -> SequenceValue {
    var values = frames.values
    if let window = try windowFn.values(frameLength) {
      let shape = [frameLength] + Array(repeating: 1, count: values.rank - 3)
      let taps = values.builder.constant(Tensor(window, shape: shape).converted(to: values.dtype))
      values = values * taps
    }
    let wide = values.converted(to: .float32)
    let parts = RealTransform.forward(wide, length: fftLength, padding: fftPadding, axis: 2)
    guard outputMagnitude else {
      return SequenceValue(parts.real, imaginary: parts.imaginary, mask: frames.mask)
    }
    return SequenceValue(
      ComplexMagnitude.of(parts.real, parts.imaginary), mask: frames.mask)
  }
}

/// Transforms of real signals along one axis.
enum RealTransform {
  /// The positions of a frame that a transform of another length keeps.
  static func kept(_ length: Int, _ fftLength: Int, _ padding: FFTPadding) -> ClosedRange<Int> {
    guard fftLength < length else { return 0...(length - 1) }
    let start = padding == .center ? (length - fftLength) / 2 : 0
    return start...(start + fftLength - 1)
  }

  /// Pads or cuts an axis to a length, at the end or at both ends.
  static func fitted(_ x: Value, to length: Int, _ padding: FFTPadding, axis: Int) -> Value {
    let difference = length - x.shape[axis]
    guard difference != 0 else { return x }
    let half = padding == .center ? Rational.floorDivide(abs(difference), 2) : 0
    let low = difference > 0 ? half : -half
    return x.padded(axis: axis, low: low, high: difference - low)
  }

  /// The transform of real values along an axis, padded or cut to a length first.
  static func forward(
    _ x: Value, length: Int, padding: FFTPadding, axis: Int
  ) -> (real: Value, imaginary: Value) {
    let last = x.rank - 1
    var order = Array(0...last)
    order.swapAt(axis, last)
    let fitted = fitted(x, to: length, padding, axis: axis).transposed(order)
    guard fitted.shape.elementCount > 0 else {
      var shape = x.shape
      shape[axis] = length / 2 + 1
      let empty = x.builder.full(0, ValueType(x.dtype, shape))
      return (empty, empty)
    }
    let parts = x.builder.fft(.realForward, [fitted])
    return (parts[0].transposed(order), parts[1].transposed(order))
  }
}

/// The magnitude of complex numbers.
enum ComplexMagnitude {
  /// `sqrt(re² + im²)`, whose gradient at 0 is 0.
  static func of(_ real: Value, _ imaginary: Value) -> Value {
    let squares = real * real + imaginary * imaginary
    let isZero = squares .== squares.scalarLike(0)
    let safe = isZero.select(squares.scalarLike(1), squares)
    return isZero.select(squares.scalarLike(0), safe.unary(.sqrt))
  }
}
