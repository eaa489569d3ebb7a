import Layers
import Tensors
import Testing

@Suite struct DenseErrorTests {
  private static let vector = ChannelSpec([4])
  private static let scalars = ChannelSpec([])

  static let dense: [LayerErrorCase] = [
    .init(
      Dense(features: 2), scalars,
      "(Dense): found channel shape [], expected 1 or more channel axes; "
        + "put Reshape(outputShape: [1]) before it"),
    .init(
      Dense(features: 2, computeDtype: .int32), vector,
      "(Dense).computeDtype: found int32, expected a floating-point dtype"),
    .init(
      DenseShaped(outputShape: [2, 0]), vector,
      "(DenseShaped).outputShape: found [2, 0], expected extents of 1 or more"),
    .init(
      EinsumDense(equation: "...a,ab", outputShape: [2]), vector,
      "(EinsumDense).equation: found \"...a,ab\", expected an equation of the form ...X,Y->...Z"),
    .init(
      EinsumDense(equation: "a,ab->b", outputShape: [2]), vector,
      "(EinsumDense).equation: found \"a,ab->b\", expected an equation of the form ...X,Y->...Z"),
    .init(
      EinsumDense(equation: "...aa,ab->...b", outputShape: [2]), vector,
      "(EinsumDense).equation: found \"aa\", expected letters, each once in an operand"),
    .init(
      EinsumDense(equation: "...a,ab->...c", outputShape: [2]), vector,
      "(EinsumDense).equation: found output axis c of \"...a,ab->...c\", "
        + "expected axes of the input or the kernel"),
    .init(
      EinsumDense(equation: "...a,abc->...b", outputShape: [2]), vector,
      "(EinsumDense).equation: found kernel axis c of \"...a,abc->...b\", "
        + "expected axes of the input or the output"),
    .init(
      EinsumDense(equation: "...ab,bc->...ac", outputShape: [2, 3]), vector,
      "(EinsumDense): found channel shape [4], expected 2 axes for \"ab\""),
    .init(
      EinsumDense(equation: "...a,ab->...b", outputShape: [2, 3]), vector,
      "(EinsumDense).outputShape: found [2, 3], expected one extent for each axis of \"b\""),
    .init(
      EinsumDense(equation: "...a,ab->...ab", outputShape: [3, 2]), vector,
      "(EinsumDense): found extent 4 of axis a, expected 3, as in outputShape"),
    .init(
      EinsumDense(equation: "...a,ab->...b", outputShape: [-1]), vector,
      "(EinsumDense).outputShape: found extent -1 for axis b, "
        + "expected 1 or more, or -1 for an axis of the input"),
    .init(
      EinsumDense(equation: "...a,ab->...b", outputShape: [2], biasAxes: "a"), vector,
      "(EinsumDense).biasAxes: found axis a, expected axes of the output \"b\""),
    .init(
      SequenceDense(features: 2, numSteps: 3), ChannelSpec([2, 2]),
      "(SequenceDense): found channel shape [2, 2], expected 1 channel axes; "
        + "put Flatten() or Reshape before it"),
    .init(
      MaskedDense(features: 2, numSteps: 0), vector,
      "(MaskedDense).numSteps: found 0, expected 1 or more"),
  ]

  static let norms: [LayerErrorCase] = [
    .init(
      LayerNormalization(axis: 0), vector,
      "(LayerNormalization).axis: found axis 0, "
        + "expected a channel axis: 2 to 2, or -1 to -1 from the end; "
        + "batch and time stay where they are"),
    .init(
      RMSNormalization(axis: 3), vector,
      "(RMSNormalization).axis: found axis 3, "
        + "expected a channel axis: 2 to 2, or -1 to -1 from the end"),
    .init(
      BatchNormalization(momentum: 2), vector,
      "(BatchNormalization).momentum: found 2.0, expected a number from 0 to 1"),
    .init(
      GroupNormalization(numGroups: 3), vector,
      "(GroupNormalization): found extent 4 on axis 2, expected a multiple of the 3 groups"),
    .init(
      GroupNormalization(numGroups: 0), vector,
      "(GroupNormalization).numGroups: found 0, expected 1 or more"),
    .init(
      L2Normalize(epsilon: -1), vector,
      "(L2Normalize).epsilon: found -1.0, expected 0 or more"),
  ]

  static let positions: [LayerErrorCase] = [
    .init(
      AddTimingSignal(), ChannelSpec([4], .int32),
      "(AddTimingSignal): found int32 input, expected floating-point elements; "
        + "put Cast(dtype: .float32) before it"),
    .init(
      AddTimingSignal(axes: 1), vector,
      "(AddTimingSignal).axes: found axis 1, expected axes of the channel shape [4], 0 the first"),
    .init(
      ApplyRotaryPositionalEncoding(maxWavelength: 100), ChannelSpec([3]),
      "(ApplyRotaryPositionalEncoding): found 3 channels on axis 2, "
        + "expected an even number, to be rotated in pairs"),
    .init(
      ApplyRotaryPositionalEncoding(maxWavelength: 100, positionsName: "p"), vector,
      "(ApplyRotaryPositionalEncoding).positionsName: found \"p\" together with counted positions, "
        + "expected one of the two; set onlyAdvancePositionForValidTimesteps to false"),
    .init(
      ApplyRotaryPositionalEncoding(
        maxWavelength: 100, onlyAdvancePositionForValidTimesteps: false, positionsName: "p"),
      vector,
      "(ApplyRotaryPositionalEncoding).positionsName: found no constant \"p\", "
        + "expected one with the positions, i32[b, t]"),
  ]

  @Test("a linear map that cannot be is refused", arguments: dense)
  func denseMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("a normalisation that cannot be is refused", arguments: norms)
  func normMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("positions that cannot be are refused", arguments: positions)
  func positionMistake(_ mistake: LayerErrorCase) { mistake.check() }
}
