import Programs
public import Tensors

/// Transposed convolution over time, which raises the rate by `s`; see ``TransposeWindow``.
///
/// The kernel is applied in stored order to the stretched input (as the original does), so its impulse
/// response is the kernel reversed; other frameworks store it the other way round.
///
/// - Shape: `[b, t, c] -> [b, t · s, filters]` (longer for `valid` and `semicausal_full`); parameters
///   `kernel [k, c / groups, filters]`, `bias [filters]`, with weight normalisation `scale [filters]`.
/// - Mask: repeated for `causal` and `same`; for `valid` an output is valid when all inputs that reach
///   it are, for `semicausal_full` when any is.
/// - Streaming: `causal` only; block 1, ratio `s`, no latency; state `partial [b, span - s, filters]`,
///   the sums that later inputs still add to.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, filters that the groups do not
///   divide, other padding modes than valid, same, causal and semicausal_full; `.invalidInput` as
///   `Conv1D`.
/// - Source: sequence_layers/jax/convolution.py `Conv1DTranspose`.
extension Conv1DTranspose: ConvolutionLayer {
  private var window: TransposeWindow {
    TransposeWindow(size: kernelSize, stride: strides, dilation: dilationRate, mode: padding)
  }

  public var stepObstacle: String? { window.stepObstacle }
  public var outputRatio: Rational { Rational(strides) }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { window.receptiveFieldPerStep }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("filters", filters, atLeast: 1)
    try require("kernelSize", kernelSize, atLeast: 1)
    try require("strides", strides, atLeast: 1)
    try require("dilationRate", dilationRate, atLeast: 1)
    try require("groups", groups, atLeast: 1)
    try requireOneReparametrisation()
    try requireChannelRank(1...1, input, layer: typeName)
    guard [.valid, .same, .causal, .semicausalFull].contains(padding) else {
      throw .config(
        self, "padding", found: padding.rawValue,
        expected: "valid, same, causal or semicausal_full")
    }
    guard padding != .semicausalFull || window.span >= strides else {
      throw .config(
        self, "padding",
        found: "semicausal_full with a window of \(window.span) under stride \(strides)",
        expected: "a window at least as long as the stride", fix: "use causal")
    }
    guard filters % groups == 0, input.shape[0] % groups == 0 else {
      throw .config(
        self, "groups",
        found: "\(groups) groups for \(input.shape[0]) channels and \(filters) filters",
        expected: "a divisor of both")
    }
    return ChannelSpec([filters], try computeType(input))
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    guard window.overlap > 0 else { return state }
    let type = ValueType(try computeType(input), [context.batch, window.overlap, filters])
    state.declare("partial", context.builder.full(0, type))
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let input = kernelSize > 1 ? x.maskedInvalid() : x
    let parameters = try parameters(x.channelSpec, context)
    let right = strides - 1 + window.overlap
    var sums = convolve(input.values, parameters.kernel, padding: (window.span - 1, right))
    let time = x.time * strides
    if window.overlap > 0 {
      sums = sums + state["partial"].padded(axis: 1, low: 0, high: time)
      state["partial"] = sums.sliced(axis: 1, from: time, to: time + window.overlap)
    }
    let y = sums.sliced(axis: 1, from: 0, to: time)
    return SequenceValue(
      parameters.finish(y, activation), mask: x.mask.repeated(strides, axis: 1))
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let input = kernelSize > 1 ? x.maskedInvalid() : x
    let parameters = try parameters(x.channelSpec, context)
    let y = convolve(input.values, parameters.kernel, padding: (window.left, window.right))
    return SequenceValue(
      parameters.finish(y, activation), mask: window.layerMask(x.mask, time: y.shape[1]))
  }

  private func parameters(
    _ input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> ConvolutionParameters {
    try declareParameters(
      kernelShape: [kernelSize, input.shape[0] / groups, filters], outputs: filters,
      dtype: try computeType(input), context, trainsConstraint: false)
  }

  private func convolve(_ x: Value, _ kernel: Value, padding: (Int, Int)) -> Value {
    guard x.shape[1] > 0 else {
      return x.builder.full(0, ValueType(kernel.dtype, [x.shape[0], 0, filters]))
    }
    return x.converted(to: kernel.dtype).convolved(
      kernel,
      ConvolutionDimensions(
        spatialRank: 1, padLow: [padding.0], padHigh: [padding.1], inputDilation: [strides],
        kernelDilation: [dilationRate], featureGroups: groups))
  }
}
