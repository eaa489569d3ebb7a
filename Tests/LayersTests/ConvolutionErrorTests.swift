import Layers
import Tensors
import Testing

@Suite struct ConvolutionErrorTests {
  private static let vector = ChannelSpec([4])
  private static let plane = ChannelSpec([5, 4])
  private static let scalars = ChannelSpec([])
  private static let complex = ChannelSpec([4], .complex64)

  static let convolutions: [LayerErrorCase] = [
    .init(
      Conv1D(filters: 0, kernelSize: 3), vector, "(Conv1D).filters: found 0, expected 1 or more"),
    .init(
      Conv1D(filters: 2, kernelSize: 0), vector, "(Conv1D).kernelSize: found 0, expected 1 or more"),
    .init(
      Conv1D(filters: 2, kernelSize: 3, strides: 0), vector,
      "(Conv1D).strides: found 0, expected 1 or more"),
    .init(
      Conv1D(filters: 2, kernelSize: 3, dilationRate: -1), vector,
      "(Conv1D).dilationRate: found -1, expected 1 or more"),
    .init(
      Conv1D(filters: 2, kernelSize: .max), vector,
      "(Conv1D).kernelSize: found 9223372036854775807, expected at most 2097152"),
    .init(
      Conv1D(filters: 3, kernelSize: 3, groups: 2), vector,
      "(Conv1D).groups: found 2 groups for 3 filters, expected a divisor of the filters"),
    .init(
      Conv1D(filters: 3, kernelSize: 3, groups: 3), vector,
      "(Conv1D): found 4 channels in 3 groups, expected channels that the groups divide"),
    .init(
      Conv1D(filters: 2, kernelSize: 3), scalars,
      "(Conv1D): found channel shape [], expected 1 channel axes; "
        + "put Reshape(outputShape: [1]) before it"),
    .init(
      Conv1D(filters: 2, kernelSize: 3), complex,
      "(Conv1D): found complex64 input, expected real numbers; "
        + "put Abs() before it for magnitudes, or Cast(dtype: .float32) for real parts"),
    .init(
      Conv1D(
        filters: 2, kernelSize: 3, useWeightNorm: true,
        kernelConstraint: .l2WeightNormalization(L2WeightNormalization())), vector,
      "(Conv1D).kernelConstraint: found a constraint together with useWeightNorm, "
        + "expected one or the other; drop useWeightNorm"),
    .init(
      DepthwiseConv1D(kernelSize: 3, depthMultiplier: 0), vector,
      "(DepthwiseConv1D).depthMultiplier: found 0, expected 1 or more"),
    .init(
      Conv2D(filters: 2, kernelSize: [3, 3, 3]), plane,
      "(Conv2D).kernelSize: found [3, 3, 3], "
        + "expected one number, or one for time and one for each of 1 spatial axes"),
    .init(
      Conv2D(filters: 2, kernelSize: [3, 0]), plane,
      "(Conv2D).kernelSize: found 0, expected 1 or more"),
    .init(
      Conv2D(filters: 2, kernelSize: 3), vector,
      "(Conv2D): found channel shape [4], expected 2 channel axes; "
        + "put Flatten() or Reshape before it"),
    .init(
      Conv2D(filters: 2, kernelSize: 3, spatialPadding: .explicit(left: -1, right: 0)), plane,
      "(Conv2D).spatialPadding: found explicit padding -1 and 0, expected numbers of 0 or more"),
    .init(
      Conv2D(filters: 2, kernelSize: [1, 6], spatialPadding: .mode(.valid)), plane,
      "(Conv2D): found 5 elements on axis 2, expected at least the 6 that a window spans; "
        + "use spatialPadding same, or a smaller kernelSize"),
    .init(
      Conv3D(filters: 2, kernelSize: 2, spatialPadding: [.mode(.same)]), ChannelSpec([3, 3, 2]),
      "(Conv3D).spatialPadding: found 1 paddings, expected one for each of the 2 spatial axes"),
    .init(
      SincFilter1D(kernelSize: 5, cutoff: 0.6), vector,
      "(SincFilter1D).cutoff: found 0.6, expected above 0 and at most 0.5 of the sample rate"),
    .init(
      NormalizedDepthwiseConv1D(kernelSize: 3, numHeads: 3), vector,
      "(NormalizedDepthwiseConv1D): found 4 channels for 3 heads, "
        + "expected channels that the heads divide"),
  ]

  static let transposed: [LayerErrorCase] = [
    .init(
      Conv1DTranspose(filters: 3, kernelSize: 3, strides: 2, padding: .semicausal), vector,
      "(Conv1DTranspose).padding: found semicausal, "
        + "expected valid, same, causal, causal_valid or semicausal_full"),
    .init(
      Conv1DTranspose(filters: 3, kernelSize: 2, strides: 3, padding: .semicausalFull), vector,
      "(Conv1DTranspose).padding: found semicausal_full with a window of 2 under stride 3, "
        + "expected a window at least as long as the stride; use causal"),
    .init(
      Conv2DTranspose(filters: 3, kernelSize: 3, spatialPadding: .mode(.reverseCausal)), plane,
      "(Conv2DTranspose).spatialPadding: found reverse_causal, "
        + "expected valid, same, causal, causal_valid or semicausal_full"),
    .init(
      Conv2DTranspose(filters: 3, kernelSize: 3, timePadding: .reverseCausalValid), plane,
      "(Conv2DTranspose).timePadding: found reverse_causal_valid, "
        + "expected valid, same, causal, causal_valid or semicausal_full"),
    .init(
      Conv1DTranspose(filters: 4, kernelSize: 3, groups: 3), vector,
      "(Conv1DTranspose).groups: found 3 groups for 4 filters, expected a divisor of the filters"),
  ]

  static let pooling: [LayerErrorCase] = [
    .init(
      MaxPooling1D(poolSize: 0), vector, "(MaxPooling1D).poolSize: found 0, expected 1 or more"),
    .init(
      AveragePooling1D(poolSize: 2, strides: 0), vector,
      "(AveragePooling1D).strides: found 0, expected 1 or more"),
    .init(
      MinPooling1D(poolSize: 2), complex,
      "(MinPooling1D): found complex64 input, expected real numbers or truth values; "
        + "put Abs() before it"),
    .init(
      MaxPooling2D(poolSize: 2), scalars,
      "(MaxPooling2D): found channel shape [], expected 1 or more channel axes; "
        + "put Reshape(outputShape: [1]) before it"),
    .init(
      MaxPooling2D(poolSize: [1, 7], spatialPadding: .mode(.valid)), plane,
      "(MaxPooling2D): found 5 elements on axis 2, expected at least the 7 that a window spans; "
        + "use spatialPadding same, or a smaller poolSize"),
    .init(
      MaxPooling3D(poolSize: 2, spatialPadding: [.mode(.same)]), plane,
      "(MaxPooling3D).spatialPadding: found 1 paddings, "
        + "expected one for each of the 2 spatial axes"),
  ]

  @Test("a convolution that cannot be is refused", arguments: convolutions)
  func convolutionMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("a transposed convolution that cannot be is refused", arguments: transposed)
  func transposedMistake(_ mistake: LayerErrorCase) { mistake.check() }

  @Test("pooling that cannot be is refused", arguments: pooling)
  func poolingMistake(_ mistake: LayerErrorCase) { mistake.check() }
}
