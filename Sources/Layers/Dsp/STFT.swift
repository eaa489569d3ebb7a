import Programs
public import Tensors

/// Short-time Fourier transform: frames, a window, and the transform of real signals.
///
/// - Shape: `[b, t, ...] -> [b, t / step, fftLength / 2 + 1, ...]`, complex, or magnitudes with
///   `outputMagnitude`.
/// - Mask: as ``Frame`` with `timePadding`.
/// - Streaming: as ``Frame``; its state is `frame/buffer`.
/// - Beyond: steps with `same` and `semicausalFull`.
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
  public func outputTime(for time: Int) -> Int { framer.outputTime(for: time) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    let start = -framer.window.left
    let kept = FourierTransform.kept(
      frameLength.clampedField, fftLength.clampedField, fftPadding)
    let window = (try? windowFn.values(frameLength.clampedField)) ?? nil
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
    let windowed = try frames.windowed(windowFn, axis: 2).values.converted(to: .float32)
    let fitted = FourierTransform.fitted(windowed, to: fftLength, fftPadding, axis: 2)
    let parts = FourierTransform.realForward(fitted, axis: 2)
    guard outputMagnitude else {
      return SequenceValue(parts.real, imaginary: parts.imaginary, mask: frames.mask)
    }
    return SequenceValue(
      parts.real.magnitude(parts.imaginary), mask: frames.mask)
  }
}
