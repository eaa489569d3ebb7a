import Foundation
import LayerTesting
import Layers
import Testing

/// Layers that only the original's TensorFlow library has, in cases made by
/// `Tests/Oracles/make_tensorflow_cases.py`.
@Suite struct TensorFlowFixtureTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/tensorflow").path(percentEncoded: false)

  @Test(
    "layer, step, masks and gradients are those of the original; verification agrees",
    arguments: try ConformanceSet(folder: folder).names)
  func agrees(name: String) throws {
    switch try ConformanceSet(folder: Self.folder).run(name, verifies: true) {
    case .passed: break
    case .failed(let failures):
      for failure in failures { Issue.record("\(failure.check): \(failure.detail)") }
    case .skipped(let reason): Issue.record("skipped: \(reason)")
    }
  }

  @Test("every one of these layers has a case")
  func coverage() throws {
    let names = try ConformanceSet(folder: Self.folder).names
    let texts = try names.map {
      try String(contentsOfFile: "\(Self.folder)/\($0)/spec.textproto", encoding: .utf8)
    }
    for layer in [
      "additive_attention", "assert_channel_spec", "autoregressive", "concat_position_embedding",
      "concat_timing_signal", "depthwise_conv2d", "dynamic_convolution_attention",
      "instance_normalization", "legacy_rnn", "location_sensitive_attention", "noise",
      "noise_conditioning", "normalized_depthwise_conv1d", "rdft", "reverse_sequence", "rnn",
      "separable_conv1d", "separable_conv2d", "sinc_filter1d", "sinc_filter1d_transpose", "skip",
      "spectrogram", "squeeze_time", "style_token", "translate", "unsqueeze",
      "upsample_conditioning",
    ] {
      #expect(texts.contains { $0.contains("\(layer) {") }, "\(layer)")
    }
  }
}
