import Tensors

extension SequenceLayer {
  /// One and those of the children.
  public var layerCount: Int { children.reduce(1) { Rational.sum($0, $1.layer.layerCount) } }

  /// Refuses layers of more parts than could be traced, before the copies of any are listed.
  ///
  /// - Throws: ``LayerError`` `.invalidConfig` with the number of layers.
  package func checkLayerCount() throws(LayerError) {
    let most = 1 << 15
    guard layerCount <= most else {
      throw LayerError(
        .invalidConfig, layer: typeName,
        found: layerCount == .max ? "more layers than can be counted" : "\(layerCount) layers",
        expected: "at most \(most), copies included")
    }
  }
}
