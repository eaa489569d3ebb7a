import Layers
import Tensors
import Testing

@Suite struct SignalErrorTests {
  private static let vector = ChannelSpec([4])
  private static let scalars = ChannelSpec([])
  private static let complex = ChannelSpec([4], .complex64)

  static let signals: [LayerErrorCase] = [
    .init(
      Frame(frameLength: 0, frameStep: 1), scalars,
      "(Frame).frameLength: found 0, expected 1 or more"),
    .init(
      Frame(frameLength: 4, frameStep: 2, padding: .explicit(left: 1, right: 1)), scalars,
      "(Frame).padding: found explicit padding 1 + 1, "
        + "expected numbers from 0 that add up to 3, one less than a frame"),
    .init(
      OverlapAdd(frameLength: 2, frameStep: 3), ChannelSpec([2]),
      "(OverlapAdd).frameLength: found 2 under a frameStep of 3, "
        + "expected frames at least as long as the step, so that they leave no holes"),
    .init(
      OverlapAdd(frameLength: 4, frameStep: 2, padding: .same), vector,
      "(OverlapAdd).padding: found same, expected valid, causal or semicausal_full"),
    .init(
      OverlapAdd(frameLength: 3, frameStep: 2), vector,
      "(OverlapAdd): found channel shape [4], expected frames of 3 as first channel axis"),
    .init(
      InverseSTFT(frameLength: 4, frameStep: 2, fftLength: 4, timePadding: .same),
      ChannelSpec([3], .complex64),
      "(InverseSTFT).timePadding: found same, expected valid, causal or semicausal_full"),
    .init(
      FFT(), vector,
      "(FFT): found float32 input, expected complex64; "
        + "put RFFT() or Cast(dtype: .complex64) before it"),
    .init(FFT(fftLength: 0), complex, "(FFT).fftLength: found 0, expected 1 or more"),
    .init(
      FFT(axis: 1), complex,
      "(FFT).axis: found axis 1, expected a channel axis: 2 to 2, or -1 to -1 from the end; "
        + "batch and time stay where they are"),
    .init(
      RFFT(), complex,
      "(RFFT): found complex64 input, expected float32, bfloat16 or float16; use FFT()"),
    .init(
      IRFFT(), ChannelSpec([1], .complex64),
      "(IRFFT): found 1 bins, expected 2 or more, for 2 (n - 1) samples; give fftLength"),
    .init(
      Window(axis: 0), vector,
      "(Window).axis: found axis 0, expected a channel axis: 2 to 2, or -1 to -1 from the end; "
        + "batch and time stay where they are"),
    .init(
      Window(axis: 2, windowFn: .samples(TensorConstant(shape: [3], values: [1, 2, 3]))), vector,
      "(WindowFn).samples: found 3 samples, expected 4"),
    .init(
      SqueezeTime(factor: 2, padding: .same), vector,
      "(SqueezeTime).padding: found same, expected causal or valid; "
        + "use Frame for other padding modes"),
    .init(
      Unsqueeze(factor: 3), vector,
      "(Unsqueeze): found channel shape [4], "
        + "expected 3 elements on the first channel axis, as factor says"),
    .init(
      AssertChannelSpec(expectedChannelShape: [3]), vector,
      "(AssertChannelSpec): found channel shape [4], expected [3], as expectedChannelShape says"),
    .init(
      AssertChannelSpec(expectedDtype: .bfloat16), vector,
      "(AssertChannelSpec): found float32 input, expected bfloat16, as expectedDtype says"),
    .init(
      Spectrogram(frameLength: 4, frameStep: 0, fftLength: 4), scalars,
      "(Spectrogram).frameStep: found 0, expected 1 or more"),
    .init(
      STFT(frameLength: 4, frameStep: 2, fftLength: 0), scalars,
      "(STFT).fftLength: found 0, expected 1 or more"),
    .init(
      LinearToMelSpectrogram(
        numMelBins: 4, sampleRate: 16000, lowerEdgeHertz: 100, upperEdgeHertz: 9000), vector,
      "(LinearToMelSpectrogram).upperEdgeHertz: found 9000.0 Hz, "
        + "expected at most 8000.0 Hz, half the sample rate"),
  ]

  static let recurrence: [LayerErrorCase] = [
    .init(LSTM(units: 0), vector, "(LSTM).units: found 0, expected 1 or more"),
    .init(
      LSTM(units: 2), ChannelSpec([2, 2]),
      "(LSTM): found channel shape [2, 2], expected 1 channel axes; "
        + "put Flatten() or Reshape before it"),
    .init(
      RGLRU(units: 5, numHeads: 1, onlyReal: false), ChannelSpec([5]),
      "(RGLRU).units: found 5 for complex numbers, expected an even number"),
    .init(
      RGLRU(units: 4, numHeads: 1, minRad: 0.999), vector,
      "(RGLRU).minRad: found 0.999, expected a radius from 0 to below 0.999"),
    .init(
      RGLRU(units: 4, numHeads: 3), vector,
      "(RGLRU).numHeads: found 3 heads for 4 channels, expected a divisor of the channels"),
    .init(
      RGLRU(units: 6, numHeads: 3), vector,
      "(RGLRU): found 4 channels, expected 6, as units says; put Dense(features: 6) before it"),
  ]

  static let conditioning: [LayerErrorCase] = [
    .init(
      Conditioning(conditioningName: "speaker", projection: .identity, combination: .add), vector,
      "(Conditioning).conditioningName: found no constant \"speaker\", "
        + "expected an array or a sequence of that name"),
    .init(
      NoiseConditioning(
        noiseChannelShape: [2], noiseSampler: .normal(mean: 0, stddev: 1), projection: .linear,
        combination: .affine), vector,
      "(NoiseConditioning).projection: found LINEAR with AFFINE, expected LINEAR_AFFINE"),
    .init(
      NoiseConditioning(
        noiseChannelShape: [2], noiseSampler: .normal(mean: 0, stddev: 1),
        projection: .linearAffine, combination: .add), vector,
      "(NoiseConditioning).combination: found ADD with LINEAR_AFFINE, expected AFFINE; "
        + "use LINEAR for a single projection"),
    .init(
      NoiseConditioning(
        noiseChannelShape: [2], noiseSampler: .normal(mean: 0, stddev: 1), projection: .identity,
        combination: .affineScale), vector,
      "(NoiseConditioning).projection: found IDENTITY with AFFINE_SCALE, expected LINEAR"),
    .init(
      NoiseConditioning(
        noiseChannelShape: [3], noiseSampler: .normal(mean: 0, stddev: 1), projection: .identity,
        combination: .add), vector,
      "(NoiseConditioning): found channel shapes [4] and [3], "
        + "expected shapes that broadcast to each other for add"),
    .init(
      NoiseConditioning(
        noiseChannelShape: [4], noiseSampler: .uniform(minval: 1, maxval: 0), projection: .identity,
        combination: .add), vector,
      "(NoiseConditioning).noiseSampler: found bounds 1.0 and 0.0, "
        + "expected minval not above maxval"),
  ]

  static let chains: [LayerErrorCase] = [
    .init(
      Serial(
        (0..<4).map { _ in Downsample1D(rate: 1 << 20) }), vector,
      "Serial: found a block of 9223372036854775807 timesteps, expected at most 2097152; "
        + "use smaller strides and rates")
  ]

  @Test("a transform that cannot be is refused", arguments: signals)
  func signalMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("a recurrence that cannot be is refused", arguments: recurrence)
  func recurrenceMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("conditioning that cannot be is refused", arguments: conditioning)
  func conditioningMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("a chain whose latencies or rates do not fit is refused")
  func chainMistake() {
    for mistake in Self.chains {
      let error = #expect(throws: LayerError.self) {
        try mistake.layer.outputSpec(for: mistake.input, constants: [:])
      }
      #expect(error?.description == mistake.message)
    }
  }
}
