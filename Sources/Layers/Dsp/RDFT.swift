import Programs
import Tensors

/// Fourier transform of the last axis of real numbers, as ``RFFT``, or its magnitudes.
///
/// - Shape: `[b, t, ..., n] -> [b, t, ..., N / 2 + 1]` with `N = dftLength`, complex, or float32 with
///   `outputMagnitude`; the axis is padded or cut to `N` first.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as ``RFFT``.
/// - Source: sequence_layers/tensorflow/dsp.py `RDFT`, where it is a product with a matrix.
extension RDFT: FourierLayer {
  var axis: Int { -1 }
  var isReal: (input: Bool, output: Bool) { (true, outputMagnitude) }

  func outputLength(_ length: Int) throws(LayerError) -> Int {
    try require("dftLength", dftLength, atLeast: 1)
    return dftLength / 2 + 1
  }

  func transform(
    _ real: Value, _ imaginary: Value?, axis: Int
  ) -> (real: Value, imaginary: Value?) {
    let fitted = FourierTransform.fitted(real, to: dftLength, padding, axis: axis)
    let parts = FourierTransform.realForward(fitted, axis: axis)
    guard outputMagnitude else { return (parts.real, parts.imaginary) }
    return (parts.real.magnitude(parts.imaginary), nil)
  }
}
