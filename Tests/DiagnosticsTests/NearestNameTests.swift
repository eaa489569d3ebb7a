import Diagnostics
import Testing

@Suite struct NearestNameTests {
  static let layers: [String] = [
    "Conv1D", "Conv2D", "Dense", "DenseShaped", "LSTM", "Dropout", "RMSNormalization", "use_bias",
    "kernelSize", "filters",
  ]

  @Test(
    "a typing slip finds the name that was meant",
    arguments: [
      ("conv1d", "Conv1D"), ("Cnov1D", "Conv1D"), ("Desne", "Dense"), ("Lstm", "LSTM"),
      ("kernel_size", "kernelSize"), ("useBias", "use_bias"), ("filter", "filters"),
      ("RMSNormalisation", "RMSNormalization"), ("RMSNorm", "RMSNormalization"),
      ("dropuot", "Dropout"),
    ])
  func slips(typed: String, meant: String) {
    #expect(NearestName.of(typed, among: NearestNameTests.layers) == meant)
  }

  @Test(
    "a name that is not close to any is left without a suggestion",
    arguments: ["", "x", "Transformer"])
  func strangers(typed: String) {
    #expect(NearestName.of(typed, among: NearestNameTests.layers) == nil)
    #expect(NearestName.of(typed, among: []) == nil)
  }
}
