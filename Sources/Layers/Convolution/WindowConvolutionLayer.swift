import Programs
import Tensors

/// A convolution that is not transposed, over time and any number of spatial axes: every output is a
/// linear function of a window of the input.
protocol WindowConvolutionLayer: WindowedLayer {
  var windowFields: WindowFields { get }
  /// Whether an output of a window of zeros is 0.
  var preservesZero: Bool { get }

  /// The number of output channels and their dtype.
  ///
  /// - Throws: ``LayerError`` for fields other than those of the windows, and for channels that do not
  ///   fit them.
  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType)

  /// The outputs for `[b, t, ...space, c]`, time padded by `left` and `right`.
  func convolve(
    _ x: Value, left: Int, right: Int, _ context: LayerContext
  ) throws(LayerError) -> Value
}

extension WindowConvolutionLayer {
  var window: TimeWindow { windowFields.time }

  /// The windows along the spatial axes, then the output channels.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try windowFields.check(self)
    let rank = windowFields.spatialRank + 1
    try requireChannelRank(rank...rank, input, layer: typeName)
    let channels = try outputChannels(input)
    return ChannelSpec(
      try windowFields.spatialShape(input.shape, self) + [channels.count], channels.dtype)
  }

  /// The timesteps that later windows still see.
  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    window.declareState(in: &state, context, input)
    return state
  }

  /// The windows of the buffer and the block.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let (joined, mask) = window.advance(masked(x), &state)
    let y = try convolve(joined.values, left: 0, right: 0, context)
    return SequenceValue(y.sliced(axis: 1, from: 0, to: x.time / window.stride), mask: mask)
  }

  /// The windows of the padded sequence.
  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let y = try convolve(masked(x).values, left: window.left, right: window.right, context)
    return SequenceValue(
      y, mask: window.layerMask(x.mask),
      isMasked: window.size == 1 && preservesZero && x.isMasked)
  }

  /// With one tap in time an invalid input reaches no valid output.
  private func masked(_ x: SequenceValue) -> SequenceValue {
    window.size > 1 ? x.maskedInvalid() : x
  }
}

/// A convolution that connects all channels of a group.
protocol FullConvolutionLayer: WindowConvolutionLayer, KernelLayer {
  var filters: Int { get }
  var groups: Int { get }
}

extension FullConvolutionLayer {
  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType) {
    try requireGroups(filters: filters, groups: groups, input)
    return (filters, try computeType(input))
  }

  func convolve(
    _ x: Value, left: Int, right: Int, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let channels = x.shape[x.rank - 1]
    return try convolve(
      x, windowFields.convolution(left: left, right: right, groups: groups),
      kernelShape: windowFields.taps + [channels / groups, filters], context)
  }
}

/// A convolution of every channel by itself: output channel `c · m + j` is channel `c` with its `j`-th
/// kernel.
protocol DepthwiseConvolutionLayer: WindowConvolutionLayer, KernelLayer {
  var depthMultiplier: Int { get }
}

extension DepthwiseConvolutionLayer {
  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType) {
    try require("depthMultiplier", depthMultiplier, atLeast: 1)
    try requireOneReparametrisation()
    return (input.shape[input.shape.count - 1] * depthMultiplier, try computeType(input))
  }

  func convolve(
    _ x: Value, left: Int, right: Int, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let channels = x.shape[x.rank - 1]
    return try convolve(
      x, windowFields.convolution(left: left, right: right, groups: channels),
      kernelShape: windowFields.taps + [1, channels * depthMultiplier], context)
  }
}
