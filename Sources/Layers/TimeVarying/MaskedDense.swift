import Programs
import Tensors

/// A causal linear map of all timesteps so far:
/// `y[t] = activation(Σ_{s <= t} x[s] · kernel[s, t] + bias[t])`.
///
/// - Shape: `[b, t, c] -> [b, t, features]`; parameters `kernel [numSteps, numSteps, c, features]` (input
///   step, then output step) and `bias [numSteps, features]`. Timesteps from `numSteps` on are NaN.
/// - Mask: unchanged; invalid timesteps count as 0.
/// - Streaming: state `buffer [b, numSteps, c]` and `position i32[b]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `features` or `numSteps` is below 1 or the compute dtype
///   is not floating-point, `.invalidInput` for input that is not `[b, t, c]`.
/// - Source: sequence_layers/jax/time_varying.py `MaskedDense`.
extension MaskedDense: SequenceLayer {
  private var table: StepTable { StepTable(numSteps: numSteps) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [ReceptiveField(1 - numSteps, 0)] }

  private func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("features", features, atLeast: 1)
    try require("numSteps", numSteps, atLeast: 1)
    try requireElements(.real, input)
    try requireChannelRank(1...1, input, layer: typeName)
    return ChannelSpec([features], try computeType(input))
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    let type = ValueType(input.dtype, [context.batch, numSteps] + input.shape)
    state.declare("buffer", context.builder.full(0, type))
    StepTable.counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let start = state["position"]
    let positions = StepTable.counter.advance(x, &state)
    state["buffer"] = written(x.maskedInvalid().values, into: state["buffer"], at: start)
    let (kernel, bias) = try parameters(x, context)
    // [input step, b, t, c, features]: the column of each output step.
    let columns = kernel.gathered(positions, axis: 1, outOfRange: .clamp)
    let pairing = DotDimensions(
      leftBatch: [0], rightBatch: [1], leftContracting: [1, 2], rightContracting: [0, 3])
    let (inputs, isTouched) = finite(state["buffer"].converted(to: kernel.dtype), before: positions)
    let product = touched(inputs.dot(columns, pairing), isTouched)
    return finish(x, product, bias.map { table.entries($0, positions) }, positions)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let positions = StepTable.counter.positions(x)
    let (kernel, bias) = try parameters(x, context)
    let time = min(x.time, numSteps)
    let inputs = x.maskedInvalid().values.sliced(axis: 1, from: 0, to: time)
    let square = kernel.sliced(axis: 0, from: 0, to: time).sliced(axis: 1, from: 0, to: time)
    let pairing = DotDimensions(leftContracting: [1, 2], rightContracting: [0, 2])
    let (finite, isTouched) = finite(
      inputs.converted(to: kernel.dtype), before: positions.sliced(axis: 1, from: 0, to: time))
    let product = touched(finite.dot(square, pairing), isTouched)
      .padded(axis: 1, low: 0, high: x.time - time)
    return finish(x, product, bias.map { table.extended($0, to: x.time) }, positions)
  }

  /// The buffer `[b, numSteps, c]` with a block written from a position on; what does not fit is
  /// dropped.
  private func written(_ block: Value, into buffer: Value, at start: Value) -> Value {
    let time = block.shape[1]
    guard time > 0 else { return buffer }
    let places = ValueType(.int32, [buffer.shape[0], numSteps])
    let offsets = block.builder.iota(places, axis: 1) - start.expandingAxes([1])
    let isNew = (offsets.scalarLike(0) .<= offsets).and(
      offsets .< offsets.scalarLike(Double(time)))
    let moved = block.gathered(offsets, axis: 1, batchAxes: 1, outOfRange: .clamp)
    return isNew.expandingAxes([2]).select(moved, buffer)
  }

  /// The inputs `[b, s, c]` with 0 in place of what is no finite number, and for each position `[b, t]` whether
  /// there was any up to it: multiplied by the zeros of the kernel it would reach earlier outputs too.
  private func finite(
    _ inputs: Value, before positions: Value
  ) -> (inputs: Value, isTouched: Value) {
    let isFinite = inputs.unary(.isFinite)
    let isWrong = isFinite.not.reduced(.or, axes: [2]).expandingAxes([1])
    let type = ValueType(.int32, positions.shape + [inputs.shape[1]])
    let isBefore = inputs.builder.iota(type, axis: 2) .<= positions.expandingAxes([2])
    return (
      isFinite.select(inputs, inputs.scalarLike(0)),
      isBefore.and(isWrong).reduced(.or, axes: [2])
    )
  }

  private func touched(_ product: Value, _ isTouched: Value) -> Value {
    isTouched.expandingAxes([2]).select(product.scalarLike(.nan), product)
  }

  /// The kernel with 0 where the input step is after the output step, and the bias.
  private func parameters(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> (kernel: Value, bias: Value?) {
    let dtype = try computeType(x.channelSpec)
    let shape = [numSteps, numSteps, x.channelShape[0], features]
    let all = try context.parameter("kernel", shape, dtype: paramDtype, kernelInit)
      .converted(to: dtype)
    let square = ValueType(.int32, [numSteps, numSteps, 1, 1])
    let builder = context.builder
    let isCausal = builder.iota(square, axis: 0) .<= builder.iota(square, axis: 1)
    let kernel = isCausal.select(all, all.scalarLike(0))
    guard useBias else { return (kernel, nil) }
    let bias = try context.parameter("bias", [numSteps, features], dtype: paramDtype, biasInit)
    return (kernel, bias.converted(to: dtype))
  }

  private func finish(
    _ x: SequenceValue, _ product: Value, _ bias: Value?, _ positions: Value
  ) -> SequenceValue {
    let y = activation.apply(bias.map { product + $0 } ?? product)
    return SequenceValue(table.onlyWithinTable(y, positions), mask: x.mask)
  }
}
