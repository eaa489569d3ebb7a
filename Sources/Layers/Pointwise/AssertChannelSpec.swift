import Programs
import Tensors

/// The input, if it has the channels and the dtype that are expected.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` when `expectedChannelShape` is given and another than the
///   input's, or `expectedDtype` is.
/// - Source: sequence_layers/tensorflow/simple.py `AssertChannelSpec`.
extension AssertChannelSpec: PointwiseLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let shape = expectedChannelShape.values
    guard shape.isEmpty || shape == input.shape else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "\(shape.shapeText), as expectedChannelShape says")
    }
    if let expectedDtype, expectedDtype != input.dtype {
      throw .input(
        self, found: "\(input.dtype.name) input",
        expected: "\(expectedDtype.name), as expectedDtype says")
    }
    return input
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue { x }
}
