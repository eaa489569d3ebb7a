import Comparison
import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// Layers in the dtypes besides float32: short ones round after every operation, float64 is the
/// reference that tells rounding from error.
@Suite struct PrecisionTests {
  /// Layers whose input is of ids, of complex numbers, or of one dtype only, and those that compute a part
  /// in the dtype of their parameters.
  private static let fixed: Set<String> = [
    "Autoregressive", "NormalizedDepthwiseConv1D",
    "Conditioning", "Embedding", "FFT", "IFFT", "IRFFT", "InverseSTFT", "OneHot", "RDFT", "RFFT",
    "STFT", "SequenceEmbedding", "Spectrogram",
  ]

  private func makeCases(_ name: String, _ dtype: DType) throws -> [RandomCase] {
    try TestedLayers.cases(of: name, count: 4, precision: dtype) {
      $0.input.values.dtype == dtype
    }
  }

  @Test(
    "short floats round after every operation, in layer and steps alike",
    arguments: try TestedLayers.names(without: fixed),
    [DType.bfloat16, .float16])
  func short(_ name: String, _ dtype: DType) throws {
    for made in try makeCases(name, dtype) {
      let got = try made.model.layer(made.input, constants: made.constants).y
      let want = try made.model.referenceLayer(made.input, constants: made.constants)
      let unit = dtype == .bfloat16 ? 0x1p-7 : 0x1p-10
      let bound = Tolerance(relative: 2 * unit, absolute: 2 * unit)
      if let found = ArrayComparison.difference(got: got, want: want, bound) {
        Issue.record("\(name): \(found.text)\n\(made.text)")
      }
      guard made.model.layer.supportsStep else { continue }
      for blocks in [[1], [1, 3, 2]] {
        let steps = try made.model.stepByStep(
          made.input, constants: made.constants, schedule: BlockSchedule(blocks)
        ).y
        // Equal bits, but for what is left where a sum cancels.
        let same = Tolerance(relative: 0, absolute: 1e-12)
        if let found = ArrayComparison.difference(got: steps, want: got, same) {
          Issue.record("\(name), steps of \(blocks): \(found.text)\n\(made.text)")
        }
      }
    }
  }

  @Test(
    "float64 keeps the contract a thousand million times closer",
    arguments: try TestedLayers.names(without: fixed))
  func double(_ name: String) throws {
    for made in try makeCases(name, .float64) {
      var verifier = ContractVerifier()
      (verifier.relativeTolerance, verifier.absoluteTolerance) = (1e-13, 1e-13)
      let report = try verifier.verify(made.model, made.input, constants: made.constants)
      for violation in report.violations {
        Issue.record("\(violation)\n\(made.text)")
      }
      let got = try made.model.layer(made.input, constants: made.constants).y
      let want = try made.model.referenceLayer(made.input, constants: made.constants)
      let bound = Tolerance(relative: 1e-13, absolute: 1e-13)
      if let found = ArrayComparison.difference(got: got, want: want, bound) {
        Issue.record("\(name): \(found.text)\n\(made.text)")
      }
    }
  }
}
