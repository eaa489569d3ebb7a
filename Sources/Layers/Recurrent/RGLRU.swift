import Programs
import Tensors

/// Real-gated linear recurrent unit: `h = a · h + sqrt(1 - |a|²) · gate(x) · x` for every channel, with
/// `a = exp(-8 · r · softplus(a_param))` and the gates `gate(x)`, `r` sigmoids of linear maps in each of
/// `numHeads` groups of channels.
///
/// The first valid timestep of a row is not scaled by `sqrt(1 - |a|²)`. With `onlyReal` false the halves of the
/// channels are real and imaginary parts, and `a` turns by `exp(i · r · a_imag_param)`; of the state only
/// the real part is carried on, as in the original, so the second half of the output is 0.
///
/// - Shape: `[b, t, units] -> [b, t, units]`, with `w` = `units`, or `units / 2` for complex numbers:
///   parameters `a_param [w]`, `a_imag_param [w]`, and `kernel [heads, units / heads, w / heads]` and
///   `bias [heads, w / heads]` in `input_gate` and `a_gate`.
/// - Mask: unchanged. An invalid timestep leaves the state as it was.
/// - Streaming: block 1; state `h f32[b, w]` and `position i32[b]`, the number of valid timesteps so far;
///   behind a latency `warmup i32[b]`.
/// - Beyond: invalid timesteps leave the state as it was, so padding in front, gaps and latencies change
///   nothing.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, heads that do not divide `w`, complex
///   numbers with odd `units` or `minRad` from 0.999 on; `.invalidInput` for input that is not
///   `[b, t, units]`.
/// - Source: sequence_layers/jax/recurrent.py `RGLRU`; De et al. 2024, arXiv 2402.19427. The original
///   takes the first physical timestep for the first one, valid or not, and lets invalid timesteps into
///   the state; so it differs where a row begins with invalid timesteps (behind a latency, or the backward
///   half of `Bidirectional` on ragged rows) and behind gaps. `scanType` is a hint that changes nothing.
extension RGLRU: SequenceLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.past] }

  private var counter: PositionCounter { PositionCounter(countsValidOnly: true) }
  private var width: Int { onlyReal ? units : units / 2 }

  private func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("units", units, atLeast: 1)
    try require("numHeads", numHeads, atLeast: 1)
    guard onlyReal || units % 2 == 0 else {
      throw .config(
        self, "units", found: "\(units) for complex numbers", expected: "an even number")
    }
    let limit = 0.999
    guard minRad >= 0, minRad < limit else {
      throw .config(
        self, "minRad", found: "\(minRad)", expected: "a radius from 0 to below \(limit)")
    }
    guard gateKernelVarianceScale > 0 else {
      throw .config(
        self, "gateKernelVarianceScale", found: "\(gateKernelVarianceScale)",
        expected: "a positive number")
    }
    guard width % numHeads == 0 else {
      throw .config(
        self, "numHeads", found: "\(numHeads) heads for \(width) channels",
        expected: "a divisor of the channels")
    }
    try requireChannelRank(1...1, input, layer: typeName)
    guard input.shape[0] == units else {
      throw .input(
        self, found: "\(input.shape[0]) channels", expected: "\(units), as units says",
        suggestion: "put Dense(features: \(units)) before it")
    }
    return ChannelSpec([units], try computeType(input))
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    state.declare("h", context.builder.full(0, ValueType(.float32, [context.batch, width])))
    counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let positions = counter.advance(x, &state)
    let (y, h) = try run(x, positions, state["h"], context)
    state["h"] = h
    return y
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let h = context.builder.full(0, ValueType(.float32, [x.batch, width]))
    return try run(x, counter.positions(x), h, context).y
  }

  /// The coefficients of all timesteps at once, then the recurrence.
  private func run(
    _ x: SequenceValue, _ positions: Value, _ h: Value, _ context: LayerContext
  ) throws(LayerError) -> (y: SequenceValue, h: Value) {
    let dtype = try computeType(x.channelSpec)
    let values = x.values.converted(to: dtype)
    let inputGate = try gate("input_gate", values, dtype, context)
    let decayGate = try gate("a_gate", values, dtype, context)
    let radius = try context.parameter(
      "a_param", [width], dtype: paramDtype, .uniform(scale: 1),
      shaping: .decay(least: minRad, greatest: 0.999))
    let decay = decayGate * radius.converted(to: dtype).softplus.scaled(by: -8)
    let isFirst = (positions .== positions.scalarLike(0)).expandingAxes([2])
    let square = decay.scaled(by: 2).unary(.exp)
    let root = (square.scalarLike(1) - square).boundedSquareRoot
    let gain = inputGate * isFirst.select(root.scalarLike(1), root)
    let isValid = x.mask.expandingAxes([2])
    func kept(_ value: Value, else number: Double) -> Value {
      isValid.select(value, value.scalarLike(number)).converted(to: .float32)
    }
    var factor = decay.unary(.exp)
    if !onlyReal {
      let phase = try context.parameter(
        "a_imag_param", [width], dtype: paramDtype, .uniform(scale: 0.1 * .pi))
      factor = factor * (decayGate * phase.converted(to: dtype)).unary(.cos)
    }
    let input = values.sliced(axis: 2, from: 0, to: width) * gain
    let (y, next) = scan(kept(factor, else: 1), kept(input, else: 0), h, context)
    let padded = y.padded(axis: 2, low: 0, high: units - width)
    return (SequenceValue(padded.converted(to: dtype), mask: x.mask), next)
  }

  /// `sigmoid` of a linear map of each head's channels by itself.
  private func gate(
    _ name: String, _ x: Value, _ dtype: DType, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let (inputs, outputs) = (units / numHeads, width / numHeads)
    let initializer = Initializer.varianceScaling(
      scale: gateKernelVarianceScale, mode: .fanIn, distribution: .normal)
    let kernel = try context.parameter(
      "\(name)/kernel", [numHeads, inputs, outputs], dtype: paramDtype, initializer)
    let bias = try context.parameter(
      "\(name)/bias", [numHeads, outputs], dtype: paramDtype, .zeros)
    let heads = x.reshaped([x.shape[0], x.shape[1], numHeads, inputs])
    let product = heads.dot(
      kernel.converted(to: dtype),
      DotDimensions(
        leftBatch: [2], rightBatch: [0], leftContracting: [3], rightContracting: [1]))
    let sums = product.transposed([1, 2, 0, 3]) + bias.converted(to: dtype)
    return sums.reshaped([x.shape[0], x.shape[1], width]).unary(.sigmoid)
  }

  /// `h = a · h + u` over time.
  private func scan(
    _ a: Value, _ u: Value, _ h: Value, _ context: LayerContext
  ) -> (y: Value, h: Value) {
    guard a.shape[1] != 1 else {
      let next = a.element(0, axis: 1) * h + u.element(0, axis: 1)
      return (next.expandingAxes([1]), next)
    }
    let result = context.builder.loop(
      tripCount: a.shape[1], axis: 1, captured: [], carried: [h], sliced: [a, u]
    ) { _, carried, slices in
      let next = slices[0] * carried[0] + slices[1]
      return ([next], [next])
    }
    return (result.stacked[0], result.carried[0])
  }
}

extension Value {
  /// The square root, whose slope grows to 1000 at most.
  fileprivate var boundedSquareRoot: Value {
    // The slope is a constant factor of a term that is 0.
    let slope = binary(.max, 2.5e-7).unary(.rsqrt).scaled(by: 0.5).stoppingGradient
    return unary(.sqrt).stoppingGradient + (self - stoppingGradient) * slope
  }
}
