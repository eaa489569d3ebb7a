import Programs
import Tensors

/// All channel axes as one, row-major.
///
/// - Shape: `[b, t, ...c] -> [b, t, product(c)]`, any elements. Without channel axes the result has one
///   element; the original fails there.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `Flatten`.
extension Flatten: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { ChannelSpec([input.shape.elementCount], input.dtype) }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.reshapedChannels([x.channelShape.elementCount])
  }
}

/// The same elements of a timestep under another channel shape, row-major.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...outputShape]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` for extents below 0, `.invalidInput` when the numbers of
///   elements differ.
/// - Source: sequence_layers/jax/simple.py `Reshape`.
extension Reshape: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireExtents("outputShape", outputShape.values)
    guard input.shape.elementCount == outputShape.values.elementCount else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "\(outputShape.values.elementCount) elements for "
          + "outputShape \(outputShape.values.shapeText)")
    }
    return ChannelSpec(outputShape.values, input.dtype)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.reshapedChannels(outputShape.values)
  }
}

extension SequenceValue {
  /// The same elements under another channel shape.
  func reshapedChannels(_ shape: Shape) -> SequenceValue {
    mapValues(preservingZero: true) { $0.reshaped([batch, time] + shape) }
  }

  /// The channel axes in another order; the numbers are axes of the whole array.
  func transposedChannels(_ axes: [Int]) -> SequenceValue {
    mapValues(preservingZero: true) { $0.transposed([0, 1] + axes) }
  }
}
