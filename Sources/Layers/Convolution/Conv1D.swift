import Programs
public import Tensors

/// Convolution over time: `y[o] = activation(Σ_k x[o·s - left + k·d] · kernel[k] + bias)`, taps in
/// stored order (a cross-correlation).
///
/// - Shape: `[b, t, c] -> [b, t / s, filters]`; parameters `kernel [k, c / groups, filters]`,
///   `bias [filters]`, with weight normalisation `scale [filters]`.
/// - Mask: by padding mode; see ``TimeWindow``. With more than one tap, invalid input counts as 0.
/// - Streaming: block `s`; input latency `(k - 1)·d` for the reverse modes, else 0; state `buffer`
///   `[b, n, c]` and, where past masks matter, `mask [b, n]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, filters that the groups do not
///   divide, or two reparametrisations; `.invalidInput` for input that is not `[b, t, c]` or whose
///   channels the groups do not divide.
/// - Source: sequence_layers/jax/convolution.py `Conv1D`.
extension Conv1D: ConvolutionLayer {
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
    try require("filters", filters, atLeast: 1)
    try require("kernelSize", kernelSize, atLeast: 1)
    try require("strides", strides, atLeast: 1)
    try require("dilationRate", dilationRate, atLeast: 1)
    try require("groups", groups, atLeast: 1)
    try requireOneReparametrisation()
    try requireChannelRank(1...1, input, layer: typeName)
    guard filters % groups == 0 else {
      throw .config(
        self, "groups", found: "\(groups) groups for \(filters) filters",
        expected: "a divisor of the filters")
    }
    guard input.shape[0] % groups == 0 else {
      throw .input(
        self, found: "\(input.shape[0]) channels in \(groups) groups",
        expected: "channels that the groups divide")
    }
    return ChannelSpec([filters], try computeType(input))
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
    return SequenceValue(
      y.sliced(axis: 1, from: 0, to: x.time / strides), mask: mask)
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
    let dtype = try computeType(ChannelSpec([channels], x.dtype))
    let parameters = try declareParameters(
      kernelShape: [kernelSize, channels / groups, filters], outputs: filters, dtype: dtype,
      context)
    let product = x.converted(to: dtype).convolved(
      parameters.kernel,
      ConvolutionDimensions(
        spatialRank: 1, strides: [strides], padLow: [padding.0], padHigh: [padding.1],
        kernelDilation: [dilationRate], featureGroups: groups))
    return parameters.finish(product, activation)
  }
}

extension PaddingMode {
  /// Why a window with this padding cannot step, if it cannot.
  var convolutionStepObstacle: String? {
    switch self {
    case .valid: "padding 'valid' has no output for the first timesteps; use causal_valid"
    case .same: "padding 'same' is centred on each timestep; use causal or reverse_causal"
    case .causal, .causalValid, .reverseCausal, .reverseCausalValid, .semicausal, .semicausalFull:
      nil
    }
  }
}
