import Programs
import Tensors

/// The same elements of time and channels under another shape, row-major.
///
/// - Shape: `[b, t, ...c] -> [b, outputShape[0], ...outputShape[1...]]`.
/// - Mask: a timestep is valid if all its elements come from valid timesteps.
/// - Streaming: none; the new length belongs to the whole sequence.
/// - Throws: ``LayerError`` `.invalidConfig` for extents below 0 or without a length,
///   `.invalidInput` when the numbers of elements differ.
/// - Source: sequence_layers/jax/simple.py `GlobalReshape`. Padding the input changes the number of
///   elements, so the result belongs to one length.
extension GlobalReshape: WholeSequenceLayer {
  public var stepObstacle: String? { "it reshapes the whole sequence" }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.everything] }
  public func outputTime(for time: Int) -> Int { outputShape.values.first ?? 0 }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireExtents("outputShape", outputShape.values)
    guard !outputShape.isEmpty else {
      throw .config(self, "outputShape", found: "[]", expected: "a length, then the channel shape")
    }
    return ChannelSpec(Array(outputShape.values.dropFirst()), input.dtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let input = [x.time] + x.channelShape
    let output = outputShape.values
    guard input.elementCount == output.elementCount else {
      throw .input(
        self, found: "\(x.time) timesteps of shape \(x.channelShape.shapeText)",
        expected: "\(output.elementCount) elements for outputShape \(output.shapeText)")
    }
    let y = x.mapValues { $0.reshaped([x.batch] + output) }
    let validity = x.expandedMask.broadcast(to: [x.batch] + input).reshaped([x.batch] + output)
    return SequenceValue(
      y.values, imaginary: y.imaginary,
      mask: validity.reduced(.and, axes: Array(2..<validity.rank)))
  }
}
