/// A file format that models are exported to.
public enum ExportTarget: String, CaseIterable, Sendable {
  /// A LiteRT (TensorFlow Lite) FlatBuffer with built-in operators only.
  case liteRT = "tflite"
  /// ONNX models of opset 18, one a function.
  case onnx
  /// StableHLO text, one module a function, with the weights beside them in safetensors.
  case stableHLO = "stablehlo"

  /// Whether parameters become constants of the functions; otherwise they are arguments.
  var embedsParameters: Bool {
    switch self {
    case .liteRT, .onnx: true
    case .stableHLO: false
    }
  }
}
