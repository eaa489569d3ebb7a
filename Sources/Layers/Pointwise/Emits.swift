import Programs
import Tensors

/// The input, emitted under the layer's own path.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged; the emit carries it.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `Emit`.
extension Emit: PointwiseLayer {
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    context.emit("", x)
    return x
  }
}

/// The input, emitted under a given name below the layer's path.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged; the emit carries it.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `emitName` is empty or has a `/`.
/// - Source: sequence_layers/jax/simple.py `NamedEmit`.
extension NamedEmit: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard !emitName.isEmpty, !emitName.contains("/") else {
      throw .config(
        self, "emitName", found: "\"\(emitName)\"", expected: "a name without /",
        suggestion: emitName.isEmpty ? "use Emit() to emit under the layer's own path" : nil)
    }
    return input
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    context.emit(emitName, x)
    return x
  }
}
