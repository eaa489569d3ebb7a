import Programs
import Tensors

/// Fourier transform of one channel axis of real numbers: the bins from 0 to half the sample rate.
///
/// - Shape: `[b, t, ..., n, ...] -> [b, t, ..., N / 2 + 1, ...]`, complex, with `N = fftLength` or `n`;
///   the axis is padded or cut to `N` first.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `axis` is not a channel axis or a length is below 1,
///   `.invalidInput` for input that is not float32, bfloat16 or float16.
/// - Source: sequence_layers/jax/dsp.py `RFFT`.
extension RFFT: FourierLayer {
  var isReal: (input: Bool, output: Bool) { (true, false) }

  func outputLength(_ length: Int) throws(LayerError) -> Int {
    try requireLength("fftLength", fftLength)
    return (fftLength ?? length) / 2 + 1
  }

  func transform(
    _ real: Value, _ imaginary: Value?, axis: Int
  ) -> (real: Value, imaginary: Value?) {
    let length = fftLength ?? real.shape[axis]
    return FourierTransform.realForward(
      FourierTransform.fitted(real, to: length, padding, axis: axis), axis: axis)
  }
}

/// Inverse Fourier transform of the bins of real numbers.
///
/// - Shape: `[b, t, ..., n, ...] -> [b, t, ..., frameLength, ...]` in float32; the transform has
///   `N = fftLength` or `2 (n - 1)` samples, padded or cut to `frameLength`, if it is given.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as ``FFT``; `.invalidInput` also for a single bin without `fftLength`, which
///   is no signal.
/// - Source: sequence_layers/jax/dsp.py `IRFFT`.
extension IRFFT: FourierLayer {
  var isReal: (input: Bool, output: Bool) { (false, true) }

  func outputLength(_ length: Int) throws(LayerError) -> Int {
    try requireLength("fftLength", fftLength)
    try requireLength("frameLength", frameLength)
    guard fftLength != nil || length > 1 else {
      throw .input(
        self, found: "\(length) bins", expected: "2 or more, for 2 (n - 1) samples",
        suggestion: "give fftLength")
    }
    return frameLength ?? samples(length)
  }

  private func samples(_ bins: Int) -> Int { fftLength ?? 2 * (bins - 1) }

  func transform(
    _ real: Value, _ imaginary: Value?, axis: Int
  ) -> (real: Value, imaginary: Value?) {
    let length = samples(real.shape[axis])
    let signal = FourierTransform.realInverse(
      real, imaginary ?? real.zerosLike, length: length, axis: axis)
    return (
      FourierTransform.fitted(signal, to: frameLength ?? length, padding, axis: axis), nil
    )
  }
}
