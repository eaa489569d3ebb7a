/// How the two sides of a comparison are called in what is said of them.
package struct ComparisonNames: Hashable, Sendable {
  package let offline: String
  package let stream: String

  /// Two files, as `workbench compare` has them.
  package static let files = ComparisonNames(offline: "OFFLINE", stream: "STREAM")
  /// A reference and what a layer gave.
  package static let reference = ComparisonNames(offline: "EXPECTED", stream: "OURS")
  /// The layer-wise and the step-wise output of one layer.
  package static let runs = ComparisonNames(offline: "LAYER", stream: "STEP")

  /// Text about OFFLINE and STREAM with these names.
  package func applied(to text: String) -> String {
    guard self != .files else { return text }
    return text.replacing("OFFLINE", with: offline).replacing("STREAM", with: stream)
  }
}
