import Programs
public import Tensors

/// The magnitudes of the short-time Fourier transform, frames ending at each output's own timestep.
///
/// - Shape: `[b, t, ...] -> [b, t / step, fftLength / 2 + 1, ...]` in float32.
/// - Mask: an output is valid if every timestep of its frame is; what comes before the sequence counts as
///   valid.
/// - Streaming: block `step`, no latency; state `frame/buffer` and `frame/mask` as ``STFT``.
/// - Throws: ``LayerError`` as ``STFT``.
/// - Source: sequence_layers/tensorflow/dsp.py `Spectrogram`. `useDftMatrix` is a hint that changes nothing.
extension Spectrogram: SequenceLayer {
  private var transform: STFT {
    STFT(
      frameLength: frameLength, frameStep: frameStep, fftLength: fftLength, windowFn: windowFn,
      timePadding: .causalValid, fftPadding: padding, outputMagnitude: true)
  }

  public var blockSize: Int { transform.blockSize }
  public var outputRatio: Rational { transform.outputRatio }
  public func outputTime(for time: Int) -> Int { transform.outputTime(for: time) }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { transform.receptiveFieldPerStep }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    do { return try transform.outputSpec(for: input, constants: constants) } catch {
      // The transform inside has no name that the user gave.
      var own = error
      own.subject = typeName
      throw own
    }
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    try transform.initialState(for: input, context)
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try transform.step(x, &state, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try transform.layer(x, context)
  }
}
