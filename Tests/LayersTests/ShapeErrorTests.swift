import Layers
import Tensors
import Testing

@Suite struct ShapeErrorTests {
  private static let matrix = ChannelSpec([2, 3])
  private static let vector = ChannelSpec([4])
  private static let axisOutside =
    "found axis 1, expected a channel axis: 2 to 3, or -2 to -1 from the end; "
    + "batch and time stay where they are"

  static let shapes: [LayerErrorCase] = [
    .init(
      Reshape(outputShape: [4]), matrix,
      "(Reshape): found channel shape [2, 3], expected 4 elements for outputShape [4]"),
    .init(
      Reshape(outputShape: [-1]), matrix,
      "(Reshape).outputShape: found [-1], expected extents of 1 or more; "
        + "write out the extent instead of -1"),
    .init(
      ExpandDims(axis: 3), matrix,
      "(ExpandDims).axis: found [3], expected places in the channel shape: 0 to 2, or -3 to -1; "
        + "axes count from the first channel axis here, not from the batch axis"),
    .init(Squeeze(axis: 1), matrix, "(Squeeze).axis: " + axisOutside),
    .init(
      Squeeze(axis: 2), matrix,
      "(Squeeze): found extent 2 on axis 2, expected extent 1 on every axis that is removed"),
    .init(
      Transpose(axes: [1, 2]), matrix,
      "(Transpose).axes: found [1, 2], expected an order of the channel axes [2, 3]; "
        + "leave out batch and time, axes 0 and 1"),
    .init(SwapAxes(axis1: 1, axis2: 2), matrix, "(SwapAxes).axis1: " + axisOutside),
    .init(
      MoveAxis(source: [2, 3], destination: 2), matrix,
      "(MoveAxis).destination: found 1 places, expected one for each of the 2 axes of source"),
    .init(
      MoveAxis(source: [2, -2], destination: [2, 3]), matrix,
      "(MoveAxis).source: found [2, -2] to [2, 3], expected every axis and every place once"),
    .init(MoveAxis(source: 2, destination: 1), matrix, "(MoveAxis).destination: " + axisOutside),
    .init(
      Slice(slices: [.range()]), matrix,
      "(Slice).slices: found 1 ranges and indices, "
        + "expected one for each axis of the channel shape [2, 3]"),
    .init(
      Slice(slices: [.index(2), .range()]), matrix,
      "(Slice).slices: found index 2, expected an index of 2 elements"),
    .init(
      Slice(slices: [.range(step: 0), .range()]), matrix,
      "(Slice).slices: found a step of 0, expected a step other than 0"),
    .init(Mean(axis: 1), matrix, "(Mean).axis: " + axisOutside),
    .init(
      Sum(axis: [2, -2]), matrix,
      "(Sum).axis: found [2, -2], expected every axis once; leave out the axis that is named twice"),
  ]

  static let patterns: [LayerErrorCase] = [
    .init(
      EinopsRearrange(pattern: "a b"), matrix,
      "(EinopsRearrange).pattern: found \"a b\", expected two sides joined by ->"),
    .init(
      EinopsRearrange(pattern: "time b -> b time"), matrix,
      "(EinopsRearrange).pattern: found an axis named time, expected channel axes only; "
        + "use GlobalEinopsRearrange to rearrange time"),
    .init(
      EinopsRearrange(pattern: "a b -> a c"), matrix,
      "(EinopsRearrange).pattern: found \"a b -> a c\", expected the same axes on both sides"),
    .init(
      EinopsRearrange(pattern: "(a c) b -> a b c"), matrix,
      "(EinopsRearrange): found 2 unknown lengths in (a c), "
        + "expected at most one; give the others in axesLengths"),
    .init(
      EinopsRearrange(pattern: "a (b c) -> a b c", axesLengths: [AxisLength(name: "c", length: 2)]),
      matrix, "(EinopsRearrange): found extent 3 for (b c), expected a multiple of 2"),
    .init(
      EinopsRearrange(pattern: "a -> a"), matrix,
      "(EinopsRearrange): found shape [2, 3], expected 1 axes for the left side of the pattern"),
    .init(
      GlobalEinopsRearrange(pattern: "batch c -> c batch"), vector,
      "(GlobalEinopsRearrange).pattern: found an axis named batch, "
        + "expected time and channel axes only; choose another name"),
    .init(
      GlobalEinopsRearrange(pattern: "t c -> c t"), vector,
      "(GlobalEinopsRearrange).pattern: found \"t c -> c t\" with channels that depend on the length, "
        + "expected time as part of the first axis on the right; "
        + "give the lengths of the other axes in axesLengths"),
    .init(
      GlobalReshape(outputShape: []), vector,
      "(GlobalReshape).outputShape: found [], expected a length, then the channel shape"),
  ]

  static let rates: [LayerErrorCase] = [
    .init(Delay(length: -1), vector, "(Delay).length: found -1, expected 0 or more"),
    .init(Lookahead(length: -1), vector, "(Lookahead).length: found -1, expected 0 or more"),
    .init(Downsample1D(rate: 0), vector, "(Downsample1D).rate: found 0, expected 1 or more"),
    .init(Upsample1D(rate: 0), vector, "(Upsample1D).rate: found 0, expected 1 or more"),
    .init(
      Upsample2D(rate: [2, 2, 2]), matrix,
      "(Upsample2D).rate: found [2, 2, 2], "
        + "expected one rate, or one for time and one for the first channel axis"),
    .init(
      Upsample2D(rate: 2), vector,
      "(Upsample2D): found channel shape [4], expected 2 channel axes; "
        + "put Flatten() or Reshape before it"),
    .init(
      ParallelChannels(childLayer: Identity(), numGroups: 3), vector,
      "(ParallelChannels): found 4 channels on the last axis, expected a multiple of the 3 groups"),
  ]

  @Test("a shape that does not fit is refused", arguments: shapes)
  func shapeMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("a pattern that does not fit is refused", arguments: patterns)
  func patternMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("a rate or shift that cannot be is refused", arguments: rates)
  func rateMistake(_ mistake: LayerErrorCase) { mistake.check() }
}
