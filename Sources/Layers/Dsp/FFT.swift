import Programs
import Tensors

/// Discrete Fourier transform of one channel axis: `X[k] = Σ_n x[n] exp(-2πi k n / N)`.
///
/// - Shape: `[b, t, ..., n, ...] -> [b, t, ..., N, ...]`, complex, with `N = fftLength` or `n`; the axis is
///   padded or cut to `N` first.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `axis` is not a channel axis or a length is below 1,
///   `.invalidInput` for input that is not complex.
/// - Source: sequence_layers/jax/dsp.py `FFT`.
extension FFT: FourierLayer {
  var isReal: (input: Bool, output: Bool) { (false, false) }

  func outputLength(_ length: Int) throws(LayerError) -> Int {
    try requireLength("fftLength", fftLength)
    return fftLength ?? length
  }

  func transform(
    _ real: Value, _ imaginary: Value?, axis: Int
  ) -> (real: Value, imaginary: Value?) {
    let parts = [real, imaginary ?? real.zerosLike].map {
      FourierTransform.fitted($0, to: fftLength ?? $0.shape[axis], padding, axis: axis)
    }
    return FourierTransform.complex(parts[0], parts[1], inverse: false, axis: axis)
  }
}

/// Inverse discrete Fourier transform of one channel axis:
/// `x[n] = Σ_k X[k] exp(2πi k n / N) / N`.
///
/// - Shape: `[b, t, ..., N, ...] -> [b, t, ..., frameLength, ...]`, complex; the samples are padded or cut
///   to `frameLength`, if it is given.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as ``FFT``.
/// - Source: sequence_layers/jax/dsp.py `IFFT`. As there the transform is as long as the input, whatever
///   `fftLength` says.
extension IFFT: FourierLayer {
  var isReal: (input: Bool, output: Bool) { (false, false) }

  func outputLength(_ length: Int) throws(LayerError) -> Int {
    try requireLength("fftLength", fftLength)
    try requireLength("frameLength", frameLength)
    return frameLength ?? length
  }

  func transform(
    _ real: Value, _ imaginary: Value?, axis: Int
  ) -> (real: Value, imaginary: Value?) {
    let parts = FourierTransform.complex(
      real, imaginary ?? real.zerosLike, inverse: true, axis: axis)
    let length = frameLength ?? real.shape[axis]
    return (
      FourierTransform.fitted(parts.real, to: length, padding, axis: axis),
      FourierTransform.fitted(parts.imaginary, to: length, padding, axis: axis)
    )
  }
}
