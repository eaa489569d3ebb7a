import Programs
import Tensors

/// A convolution of the input stretched by zeros, over time and any number of spatial axes.
protocol TransposedConvolutionLayer: SequenceLayer {
  var windowFields: WindowFields { get }
  /// What the layer calls its padding of time.
  var timePaddingName: String { get }

  /// The number of output channels and their dtype.
  ///
  /// - Throws: ``LayerError`` for fields other than those of the windows, and for channels that do not
  ///   fit them.
  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType)

  /// Kernel and bias for that input, and the groups of its channels.
  func parameters(
    _ input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> (ConvolutionParameters, groups: Int)
}

extension TransposedConvolutionLayer {
  private var window: TransposeWindow { TransposeWindow(windowFields.axes[0]) }
  private var space: [TransposeWindow] { windowFields.axes.dropFirst().map { TransposeWindow($0) } }

  /// That of the padding mode.
  public var stepObstacle: String? { window.stepObstacle }
  /// How far the window looks ahead.
  public var inputLatency: Int { window.inputLatency }
  /// The stride.
  public var outputRatio: Rational { Rational(window.stride) }
  /// The inputs that the outputs of one stride depend on.
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { window.receptiveFieldPerStep }
  /// What padding makes of the stretched input.
  public func outputTime(for time: Int) -> Int { window.outputExtent(time) }

  /// The stretched spatial axes, then the output channels.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try windowFields.check(self)
    try window.check(self, timePaddingName)
    for window in space { try window.check(self, "spatialPadding") }
    let rank = windowFields.spatialRank + 1
    try requireChannelRank(rank...rank, input, layer: typeName)
    let channels = try outputChannels(input)
    var shape: Shape = []
    for (window, extent) in zip(space, input.shape) {
      let outputs = window.outputExtent(extent)
      guard outputs > 0 else {
        throw .input(
          self, found: "\(extent) elements on axis \(shape.count + 2)",
          expected: "enough for a window of \(window.span)", suggestion: "use spatialPadding same")
      }
      shape.append(outputs)
    }
    return ChannelSpec(shape + [channels.count], channels.dtype)
  }

  /// The last inputs, which later outputs still depend on.
  ///
  /// The sums that they begin would be less to keep where there are few output channels, but a whole
  /// sequence adds the terms of an output one by one, which sums of sums do not.
  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    let length = window.memory
    guard length > 0 else { return state }
    let type = ValueType(input.dtype, [context.batch, length] + input.shape)
    state.declare(
      "buffer", context.builder.full(0, type), kind: .window(axis: 1, length: length))
    // What comes before the sequence counts as valid where every input must be.
    let masks = window.repeatsMask ? window.inputLatency : length
    if masks > 0 {
      let mask = context.builder.full(
        window.repeatsMask ? 0 : 1, ValueType(.bool, [context.batch, masks]))
      state.declare("mask", mask, kind: .window(axis: 1, length: masks))
    }
    return state
  }

  /// The outputs that a block completes, from its inputs and those before it.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let (parameters, groups) = try parameters(x.channelSpec, context)
    let (left, right) = window.stepPadding
    let y = try convolve(
      state.append(masked(x), to: "buffer"), parameters.kernel, left: left, right: right,
      groups: groups)
    let masks = state.append(x.mask, to: "mask")
    let mask =
      window.repeatsMask
      ? masks.sliced(axis: 1, from: 0, to: x.time).repeated(window.stride, axis: 1)
      : window.stepMask(masks, time: y.shape[1])
    return SequenceValue(parameters.finish(y), mask: mask)
  }

  /// The sums of the whole sequence.
  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let (parameters, groups) = try parameters(x.channelSpec, context)
    let y = try convolve(
      masked(x), parameters.kernel, left: window.left, right: window.right, groups: groups)
    return SequenceValue(parameters.finish(y), mask: window.layerMask(x.mask, time: y.shape[1]))
  }

  private func masked(_ x: SequenceValue) -> Value {
    (window.size > 1 ? x.maskedInvalid() : x).values
  }

  private func convolve(
    _ x: Value, _ kernel: Value, left: Int, right: Int, groups: Int
  ) throws(LayerError) -> Value {
    guard x.shape[1] > 0 else {
      let input = ChannelSpec(Array(x.shape.dropFirst(2)), x.dtype)
      let output = try outputSpec(for: input, constants: [:])
      return kernel.builder.full(0, ValueType(kernel.dtype, [x.shape[0], 0] + output.shape))
    }
    let axes = windowFields.axes
    return x.converted(to: kernel.dtype).convolved(
      kernel,
      ConvolutionDimensions(
        spatialRank: axes.count, padLow: [left] + space.map(\.left),
        padHigh: [right] + space.map(\.right), inputDilation: axes.map(\.stride),
        kernelDilation: axes.map(\.dilation), featureGroups: groups))
  }
}

/// A transposed convolution with one learned kernel for all channels of a group.
protocol FullTransposedConvolutionLayer: TransposedConvolutionLayer, KernelLayer {
  var filters: Int { get }
  var groups: Int { get }
  /// Whether taps are applied in reverse order along time.
  var reversesKernel: Bool { get }
}

extension FullTransposedConvolutionLayer {
  var reversesKernel: Bool { false }

  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType) {
    try requireGroups(filters: filters, groups: groups, input)
    return (filters, try computeType(input))
  }

  func parameters(
    _ input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> (ConvolutionParameters, groups: Int) {
    let channels = input.shape[input.shape.count - 1]
    var parameters = try declareParameters(
      kernelShape: windowFields.taps + [channels / groups, filters], outputs: filters,
      dtype: try computeType(input), context, trainsConstraint: false)
    if reversesKernel { parameters.kernel = parameters.kernel.reversed(axes: [0]) }
    return (parameters, groups)
  }
}
