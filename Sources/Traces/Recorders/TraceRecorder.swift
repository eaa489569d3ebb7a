/// A recorder of traces for one framework, in Python: it needs the framework and NumPy.
package enum TraceRecorder: String, CaseIterable, Sendable {
  case torch, jax, keras, onnxruntime

  /// No recorder is longer than this, so that a user can read what is put beside the model.
  package static let mostLines = 60

  /// The program.
  package var program: String { pieces.joined(separator: "\n") + "\n" }

  private var pieces: [String] {
    switch self {
    case .torch: Self.torchPieces
    case .jax: Self.jaxPieces
    case .keras: Self.kerasPieces
    case .onnxruntime: Self.onnxruntimePieces
    }
  }
}
