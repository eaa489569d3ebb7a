import Programs
public import Tensors

/// Spectra back into samples: the inverse transform of each, a window, and the sum of the overlapping
/// frames.
///
/// - Shape: `[b, t, bins, ...] -> [b, t · step, ...]`, complex to float32, longer for `valid`, as
///   ``OverlapAdd``; the transform has `fftLength` samples, padded or cut to a frame.
/// - Mask: as ``OverlapAdd`` with `timePadding`.
/// - Streaming: as ``OverlapAdd``; its state is `overlap/partial`. No latency: the delay of an ``STFT``
///   before it is not made up for.
/// - Throws: ``LayerError`` as ``OverlapAdd`` and ``IRFFT``, and for an unknown window.
/// - Source: sequence_layers/jax/dsp.py `InverseSTFT`. The receptive field leaves out frames that reach a
///   sample only where the window is 0 or the transform is padded; for `semicausal_full` the original
///   announces another one, which is not what its outputs depend on.
extension InverseSTFT: SequenceLayer {
  private var adder: OverlapAdd {
    OverlapAdd(frameLength: frameLength, frameStep: frameStep, padding: timePadding)
  }
  private var transform: IRFFT {
    IRFFT(fftLength: fftLength, frameLength: frameLength, axis: 2, padding: fftPadding)
  }
  private static let scope = ChildScope("overlap")

  public var stepObstacle: String? { adder.stepObstacle }
  public var outputRatio: Rational { adder.outputRatio }
  public func outputTime(for time: Int) -> Int { adder.outputTime(for: time) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    let (length, step) = (frameLength.clampedField, frameStep.clampedField)
    let kept = FourierTransform.kept(length, fftLength.clampedField, fftPadding)
    let window = (try? windowFn.values(length)) ?? nil
    let dropped = timePadding == .semicausalFull ? max(0, length - step) : 0
    return (0..<step).map { sample in
      let place = sample + dropped
      let first = -Rational.floorDivide(length - 1 - place, step)
      let frames = (first...max(first, place / step)).filter { frame in
        let tap = place - frame * step
        return kept.contains(tap) && window.map { $0[tap] != 0 } ?? true
      }
      return frames.first.flatMap { start in frames.last.map { ReceptiveField(start, $0) } }
    }
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("frameLength", frameLength, atLeast: 1)
    try require("fftLength", fftLength, atLeast: 1)
    _ = try windowFn.values(frameLength)
    do {
      let frames = try transform.outputSpec(for: input, constants: constants)
      return try adder.outputSpec(for: frames, constants: constants)
    } catch {
      // The parts inside have no names that the user gave.
      var own = error
      own.subject = typeName
      if own.field == "padding" { own.field = "timePadding" }
      throw own
    }
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    let frames = try transform.outputSpec(for: input, constants: [:])
    try context.initialState(
      adder, for: frames, into: &state, at: Self.scope, latency: context.precedingLatency)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try context.step(
      adder, try frames(x, context), &state, at: Self.scope, latency: context.precedingLatency)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    try context.layer(adder, try frames(x, context), at: Self.scope)
  }

  private func frames(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try transform.layer(x, context).windowed(windowFn, axis: 2)
  }
}
