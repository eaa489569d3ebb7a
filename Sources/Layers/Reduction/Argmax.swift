import Programs
import Tensors

/// The index of the greatest element on the last channel axis; the first one if there are several.
///
/// - Shape: `[b, t, ..., c] -> [b, t, ...]`, int32.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for complex or bool input, and for input without channel
///   axes, where the original would search over time.
/// - Source: sequence_layers/jax/simple.py `Argmax`.
extension Argmax: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    try requireChannelRank(1...Int.max, input, layer: typeName)
    guard input.shape[input.shape.count - 1] > 0 else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "at least one element to choose from")
    }
    return ChannelSpec(input.shape.dropLast(), .int32)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.mapValues { $0.argReduced(.max, axis: $0.rank - 1) }
  }
}
