import Programs
import Tensors

/// Attention that moves along its source by where it attended before, with static filters, filters made from the
/// query, and a prior of forward moves.
///
/// `logits = v · tanh([dynamic, static]) + ln(prior)`, all three along the source over the probabilities `p` of
/// the timestep before, which at first are 1 at the first timestep: `W = 2M + 1` centred taps with biases for
/// `static` and `dynamic`, the latter a network of the query, and
/// `prior[j] = Σ_k betaBinomial(k; M, α, β) · p[j - k]` for moves `k` from 0 to `M`. Where the prior vanishes the
/// logit is -1e6.
///
/// - Shape: `[b, t, d] -> [b, t, 1, c]`, source `[b, s, c]`, floating-point; with `S` static and `D` dynamic
///   filters and `H` hidden units parameters `static_location_filters/kernel [W, 1, S]` and `bias [S]`,
///   `dynamic_location_filters_einsum_dense0/kernel [d, H]` and `bias [H]`,
///   `dynamic_location_filters_einsum_dense1/kernel [1, H, W + 1, 1, D]` and `bias [W + 1, 1, D]`, whose first
///   of `W + 1` is the bias of the filters, `v/kernel [D + S, 1]` and `bias [1]`.
/// - Mask: unchanged; invalid timesteps of the source weigh nothing.
/// - Streaming: block 1, no latency; state `probabilities [b, s]`, and `source [b, s, c]` and `mask [b, s]`, which
///   no step changes.
/// - Beyond: invalid timesteps leave the state as it was, so gaps change nothing; nothing that lies at invalid
///   timesteps of the source reaches the output.
/// - Emits: `probabilities [b, t, 1, s]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1, prior parameters that are not positive or an empty
///   source name; `.invalidConstant` for a source that is missing or no sequence `[b, s, c]`; `.invalidInput` for
///   input that is not `[b, t, d]` of floating-point numbers.
/// - Source: sequence_layers/tensorflow/attention.py `DynamicConvolutionAttention`; Battenberg et al. 2019,
///   arXiv 1910.10288. The original moves on in invalid timesteps too, so what they hold reaches valid ones.
extension DynamicConvolutionAttention: SequenceLayer {
  private var source: AttentionSource { AttentionSource(field: "sourceName", name: sourceName) }
  private var taps: Int { 2 * maxForwardStep + 1 }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.past] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("maxForwardStep", maxForwardStep, atLeast: 0)
    try require("numStaticFilters", numStaticFilters, atLeast: 1)
    try require("numDynamicFilters", numDynamicFilters, atLeast: 1)
    try require("dynamicFilterHiddenDim", dynamicFilterHiddenDim, atLeast: 1)
    for (field, value) in [("priorAlpha", priorAlpha), ("priorBeta", priorBeta)] {
      guard value > 0, value.isFinite else {
        throw .config(self, field, found: "\(value)", expected: "a positive number")
      }
    }
    let channels = try source.spec(for: self, constants).shape[2]
    try requireElements(.floating, input)
    try requireChannelRank(1...1, input, layer: typeName)
    return ChannelSpec([1, channels], input.dtype)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    let dtype = DType.promoted(input.dtype, .float32)
    let source = try source.value(for: self, rows: context.batch, context)
    var state = LayerState()
    state.declare(
      "probabilities",
      context.builder.sourceStart(ValueType(dtype, [context.batch, source.time])))
    state.declare("source", source.values.converted(to: dtype))
    state.declare("mask", source.mask)
    return state
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var state = try initialState(for: x.channelSpec, context)
    return try step(x, &state, context)
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let dtype = state["probabilities"].dtype
    func parameter(
      _ name: String, _ shape: Shape, _ initializer: Initializer
    ) throws(LayerError) -> Value {
      try context.parameter(name, shape, initializer).converted(to: dtype)
    }
    let fixed = [
      try parameter(
        "static_location_filters/kernel", [taps, 1, numStaticFilters],
        .uniform(scale: 0.1, minval: -0.05)),
      try parameter("static_location_filters/bias", [numStaticFilters], .zeros),
      try parameter("v/kernel", [numDynamicFilters + numStaticFilters, 1], .glorotUniform),
      try parameter("v/bias", [1], .zeros),
    ]
    let filters = try dynamicFilters(x, dtype, context, parameter)
    let result = context.builder.loop(
      tripCount: x.time, axis: 1, captured: [state["mask"]] + fixed,
      carried: [state["probabilities"]], sliced: [filters, x.mask]
    ) { captured, carried, slices in
      let next = turn(
        carried[0], filters: slices[0], mask: captured[0], fixed: Array(captured.dropFirst()))
      return ([slices[1].expandingAxes([1]).select(next, carried[0])], [next])
    }
    state["probabilities"] = result.carried[0]
    let probabilities = result.stacked[0].expandingAxes([2])
    context.emit(
      "probabilities", SequenceValue(probabilities.converted(to: x.dtype), mask: x.mask))
    let output = probabilities.dot(
      state["source"],
      DotDimensions(leftBatch: [0], rightBatch: [0], leftContracting: [3], rightContracting: [1]))
    return SequenceValue(output.converted(to: x.dtype), mask: x.mask)
  }

  /// The filters that queries ask for, `[b, t, W + 1, D]`, biases first.
  private func dynamicFilters(
    _ x: SequenceValue, _ dtype: DType, _ context: LayerContext,
    _ parameter: (String, Shape, Initializer) throws(LayerError) -> Value
  ) throws(LayerError) -> Value {
    let (first, second) = (
      "dynamic_location_filters_einsum_dense0", "dynamic_location_filters_einsum_dense1"
    )
    let (hidden, filters) = (dynamicFilterHiddenDim, numDynamicFilters)
    let inner = try parameter("\(first)/kernel", [x.channelShape[0], hidden], .glorotUniform)
    let innerBias = try parameter("\(first)/bias", [hidden], .zeros)
    let outer = try parameter(
      "\(second)/kernel", [1, hidden, taps + 1, 1, filters], .glorotUniform)
    let outerBias = try parameter("\(second)/bias", [taps + 1, 1, filters], .zeros)
    let network = (x.values.converted(to: dtype).matmul(inner) + innerBias).unary(.tanh)
      .matmul(outer.reshaped([hidden, (taps + 1) * filters]))
    return network.reshaped([x.batch, x.time, taps + 1, filters])
      + outerBias.reshaped([taps + 1, filters])
  }

  /// The probabilities `[b, s]` after one query.
  private func turn(
    _ before: Value, filters: Value, mask: Value, fixed: [Value]
  ) -> Value {
    let (rows, time) = (before.shape[0], before.shape[1])
    let padded = before.padded(axis: 1, low: maxForwardStep, high: maxForwardStep)
    // [b, s, W]: what the taps of every place see.
    let windows = Value.concatenate(
      (0..<taps).map { padded.sliced(axis: 1, from: $0, to: $0 + time).expandingAxes([2]) },
      axis: 2)
    let dynamic =
      windows.dot(
        filters.sliced(axis: 1, from: 1, to: taps + 1),
        DotDimensions(
          leftBatch: [0], rightBatch: [0], leftContracting: [2], rightContracting: [1]))
      + filters.sliced(axis: 1, from: 0, to: 1)
    let still = windows.matmul(fixed[0].reshaped([taps, numStaticFilters])) + fixed[1]
    let hidden = Value.concatenate([dynamic, still], axis: 2).unary(.tanh)
    let weights = before.builder.constant(Tensor(priorTaps).converted(to: before.dtype))
    let prior = windows.matmul(weights.reshaped([taps, 1])).reshaped([rows, time])
    let vanishes = prior .< prior.scalarLike(1.775e-38)
    let safe = vanishes.select(prior.scalarLike(1), prior)
    let logPrior = vanishes.select(prior.scalarLike(-1e6), safe.unary(.log))
    let logits = (hidden.matmul(fixed[2]) + fixed[3]).element(0, axis: 2) + logPrior
    return logits.softmax(where: mask, least: -1e6)
  }

  /// What each tap, from `M` places before to `M` behind, gives to the prior: the beta-binomial probability of a
  /// move from there.
  private var priorTaps: [Double] {
    let most = maxForwardStep
    // P(k + 1) / P(k) = (M - k)(k + α) / ((k + 1)(M - k - 1 + β)), P(0) = Π (i + β) / (i + α + β).
    var moves = [1.0]
    for i in 0..<most { moves[0] *= (Double(i) + priorBeta) / (Double(i) + priorAlpha + priorBeta) }
    for k in 0..<most {
      let (up, down) = (
        Double(most - k) * (Double(k) + priorAlpha),
        Double(k + 1) * (Double(most - k - 1) + priorBeta)
      )
      moves.append(moves[k] * up / down)
    }
    return moves.reversed() + Array(repeating: 0, count: most)
  }
}
