import Layers

// Paths of layers as text.

extension String {
  /// The text without blanks at its ends.
  var trimmingBlanks: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// A path as people write it: the root is a dot.
  package var shown: String { isEmpty ? "." : self }

  /// The paths of all layers that a path may lie at or below, the innermost first.
  var layersAround: [String] {
    let cuts = indices.reversed().filter { self[$0] == "/" || self[$0] == "[" }
    return [self] + cuts.map { String(self[..<$0]) } + [""]
  }

  /// Whether a path lies at or below a layer.
  package func isInside(_ layer: String) -> Bool { LayerPath.isInside(self, of: layer) }
}
