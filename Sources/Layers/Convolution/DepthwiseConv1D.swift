import Programs
public import Tensors

/// Convolution over time of every channel by itself: output channel `c · m + j` is channel `c` with
/// its `j`-th kernel, `m` the depth multiplier.
///
/// - Shape: `[b, t, c] -> [b, t / s, c · m]`; parameters `kernel [k, 1, c · m]`, `bias [c · m]`, with
///   weight normalisation `scale [c · m]`.
/// - Mask: by padding mode; see ``TimeWindow``. With more than one tap, invalid input counts as 0.
/// - Streaming: block `s`; input latency `(k - 1)·d` for the reverse modes, else 0; state `buffer`
///   `[b, n, c]` and, where past masks matter, `mask [b, n]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1 or two reparametrisations,
///   `.invalidInput` for input that is not `[b, t, c]`.
/// - Source: sequence_layers/jax/convolution.py `DepthwiseConv1D`.
extension DepthwiseConv1D: ConvolutionLayer {
  private var window: TimeWindow {
    TimeWindow(size: kernelSize, stride: strides, dilation: dilationRate, mode: padding)
  }

  public var stepObstacle: String? { padding.convolutionStepObstacle }
  public var blockSize: Int { stepObstacle == nil ? strides : 1 }
  public var outputRatio: Rational { Rational(1, strides) }
  public var inputLatency: Int { window.inputLatency }
  public var outputLatency: Int { window.outputLatency }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [window.receptiveField] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("kernelSize", kernelSize, atLeast: 1)
    try require("strides", strides, atLeast: 1)
    try require("depthMultiplier", depthMultiplier, atLeast: 1)
    try require("dilationRate", dilationRate, atLeast: 1)
    try requireOneReparametrisation()
    try requireChannelRank(1...1, input, layer: typeName)
    return ChannelSpec([input.shape[0] * depthMultiplier], try computeType(input))
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    window.declareState(in: &state, context, input)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let input = kernelSize > 1 ? x.maskedInvalid() : x
    let (joined, mask) = window.advance(input, &state)
    let y = try convolve(joined.values, padding: (0, 0), context)
    return SequenceValue(y.sliced(axis: 1, from: 0, to: x.time / strides), mask: mask)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let input = kernelSize > 1 ? x.maskedInvalid() : x
    let y = try convolve(input.values, padding: (window.left, window.right), context)
    return SequenceValue(
      y, mask: window.layerMask(x.mask), isMasked: kernelSize == 1 && !useBias && x.isMasked)
  }

  private func convolve(
    _ x: Value, padding: (Int, Int), _ context: LayerContext
  ) throws(LayerError) -> Value {
    let channels = x.shape[2]
    let outputs = channels * depthMultiplier
    let dtype = try computeType(ChannelSpec([channels], x.dtype))
    let parameters = try declareParameters(
      kernelShape: [kernelSize, 1, outputs], outputs: outputs, dtype: dtype, context)
    let product = x.converted(to: dtype).convolved(
      parameters.kernel,
      ConvolutionDimensions(
        spatialRank: 1, strides: [strides], padLow: [padding.0], padHigh: [padding.1],
        kernelDilation: [dilationRate], featureGroups: channels))
    return parameters.finish(product, activation)
  }
}
