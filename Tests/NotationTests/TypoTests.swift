import Layers
import Notation
import Testing

/// A slip of the fingers and what the error should propose.
private struct Typo: CustomTestStringConvertible, Sendable {
  let format: NotationFormat
  let text: String
  let meant: String

  init(_ format: NotationFormat, _ text: String, _ meant: String) {
    self.format = format
    self.text = text
    self.meant = meant
  }

  var testDescription: String { text }
}

private let typos: [Typo] = [
  // Layers.
  Typo(.text, "con1d { filters: 1 kernel_size: 1 }", "conv1d"),
  Typo(.text, "serail {}", "serial"),
  Typo(.text, "layer_normalisation {}", "layer_normalization"),
  Typo(.text, "max_pooling_1d { pool_size: 2 }", "max_pooling1d"),
  Typo(.text, "depthwise_conv_1d { kernel_size: 2 }", "depthwise_conv1d"),
  Typo(.text, "lsmt { units: 2 }", "lstm"),
  Typo(.text, "serial { layers { dese { features: 2 } } }", "dense"),
  Typo(.text, "Dropout { rate: 0.5 }", "dropout"),
  Typo(.swift, "Conv1d(filters: 1, kernelSize: 1)", "Conv1D"),
  Typo(.swift, "RMSNorm()", "RMSNormalization"),
  Typo(.swift, "Serial([Desne(features: 2)])", "Dense"),
  Typo(.swift, "Bidirectonal(forward: Relu(), backward: Relu())", "Bidirectional"),
  Typo(.json, #"{"conv2D": {}}"#, "conv2d"),
  // Fields.
  Typo(.text, "conv1d { filtres: 1 kernel_size: 1 }", "filters"),
  Typo(.text, "conv1d { filters: 1 kernel: 1 }", "kernel_size"),
  Typo(.text, "conv1d { filters: 1 kernelSize: 1 }", "kernel_size"),
  Typo(.text, "conv1d { filters: 1 kernel_size: 1 stride: 2 }", "strides"),
  Typo(.text, "conv1d { filters: 1 kernel_size: 1 dilation: 2 }", "dilation_rate"),
  Typo(.text, "dense { features: 1 activaton: ACTIVATION_RELU }", "activation"),
  Typo(.text, "serial { layerz { relu {} } }", "layers"),
  Typo(.text, "residual { shortcut_layerz { relu {} } }", "shortcut_layers"),
  Typo(.swift, "Dense(feature: 2)", "features"),
  Typo(.swift, "Dense(features: 2, usebias: false)", "useBias"),
  Typo(.swift, "LSTM(unit: 3)", "units"),
  Typo(.swift, "Conv1D(filters: 1, kernel_size: 1)", "kernelSize"),
  Typo(.json, #"{"dense": {"featuers": 2}}"#, "features"),
  // Words.
  Typo(.text, "conv1d { filters: 1 kernel_size: 1 padding: 'casual' }", "causal"),
  Typo(.text, "conv1d { filters: 1 kernel_size: 1 padding: 'reverse-causal' }", "reverse_causal"),
  Typo(.text, "dense { features: 1 activation: ACTIVATION_RULE }", "ACTIVATION_RELU"),
  Typo(.text, "cast { dtype: DTYPE_FLOAT23 }", "DTYPE_FLOAT32"),
  Typo(.text, "parallel { combination: CONCATE }", "CONCAT"),
  Typo(.swift, "Conv1D(filters: 1, kernelSize: 1, padding: .reverseCasual)", ".reverseCausal"),
  Typo(.swift, "Dense(features: 1, activation: .geluu)", ".gelu"),
  Typo(.swift, "Dense(features: 1, kernelInit: .lecunNromal)", "lecunNormal"),
  Typo(.json, #"{"dense": {"features": 2, "activation": "ACTIVATION_TAHN"}}"#, "ACTIVATION_TANH"),
]

@Suite("Typing slips")
struct TypoTests {
  @Test("the error proposes what was meant", arguments: typos)
  fileprivate func proposal(typo: Typo) throws {
    let error = #expect(throws: ConfigError.self) {
      try LayerNotation().read(typo.text, as: typo.format)
    }
    let suggestions = error?.all.compactMap(\.suggestion) ?? []
    let expected = "did you mean \(typo.meant)?"
    #expect(suggestions.contains(expected), "\(error?.description ?? "no error")")
  }
}
