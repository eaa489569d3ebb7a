import Programs
import Tensors

/// A linear map of its own at every timestep: `y[t] = activation(x[t] · kernel[t] + bias[t])`.
///
/// - Shape: `[b, t, c] -> [b, t, features]`; parameters `kernel [numSteps, c, features]`,
///   `bias [numSteps, features]`. Timesteps from `numSteps` on are NaN.
/// - Mask: unchanged.
/// - Streaming: state `position i32[b]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `features` or `numSteps` is below 1 or the compute dtype
///   is not floating-point, `.invalidInput` for input that is not `[b, t, c]`.
/// - Source: sequence_layers/jax/time_varying.py `SequenceDense`. A block that reaches beyond the table
///   gets wrong parameters from the original's step; here every timestep has its own.
extension SequenceDense: SequenceLayer {
  private var table: StepTable { StepTable(numSteps: numSteps) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

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
    StepTable.counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let positions = StepTable.counter.advance(x, &state)
    let (kernel, bias) = try parameters(x, context)
    let kernels = table.entries(kernel, positions)
    let pairing = DotDimensions(
      leftBatch: [0, 1], rightBatch: [0, 1], leftContracting: [2], rightContracting: [2])
    let product = table.zeroBeyondTable(x.values.converted(to: kernel.dtype), positions)
      .dot(kernels, pairing)
    return finish(x, product, bias.map { table.entries($0, positions) }, positions)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let positions = StepTable.counter.positions(x)
    let (kernel, bias) = try parameters(x, context)
    let pairing = DotDimensions(
      leftBatch: [1], rightBatch: [0], leftContracting: [2], rightContracting: [1])
    let product = x.values.converted(to: kernel.dtype)
      .dot(table.extended(kernel, to: x.time), pairing).transposed([1, 0, 2])
    return finish(x, product, bias.map { table.extended($0, to: x.time) }, positions)
  }

  private func parameters(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> (kernel: Value, bias: Value?) {
    let dtype = try computeType(x.channelSpec)
    let kernel = try context.parameter(
      "kernel", [numSteps, x.channelShape[0], features], dtype: paramDtype, kernelInit)
    guard useBias else { return (kernel.converted(to: dtype), nil) }
    let bias = try context.parameter("bias", [numSteps, features], dtype: paramDtype, biasInit)
    return (kernel.converted(to: dtype), bias.converted(to: dtype))
  }

  private func finish(
    _ x: SequenceValue, _ product: Value, _ bias: Value?, _ positions: Value
  ) -> SequenceValue {
    let y = activation.apply(bias.map { product + $0 } ?? product)
    return SequenceValue(table.onlyWithinTable(y, positions), mask: x.mask)
  }
}
