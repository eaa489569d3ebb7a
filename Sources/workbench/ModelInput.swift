import Layers
import ONNX
import Tensors

/// The input that a stack with a model in it needs.
enum ModelInput {
  /// The channel extents as `--channels` takes them; nil where the first layer takes any.
  static func channels(of layer: any SequenceLayer) -> String? {
    if let graph = layer as? OnnxGraph {
      return graph.inputSpec.shape.map(String.init).joined(separator: ",")
    }
    guard layer is Serial, let first = layer.children.first else { return nil }
    return channels(of: first.layer)
  }
}
