import Programs
import Tensors

/// Long short-term memory: `c = f·c + i·act(g)`, `h = o·act(c)`, with
/// `[i, f, g, o] = x · kernel + h · recurrent_kernel + bias`; the output is `h`.
///
/// - Shape: `[b, t, c] -> [b, t, units]`; parameters `kernel/kernel [c, 4·units]`,
///   `recurrent_kernel/kernel [units, 4·units]`, `bias [4·units]`; gates in the order i, f, g, o.
/// - Mask: unchanged. An invalid timestep leaves the state as it was; the output there is arbitrary.
/// - Streaming: block 1; state `c` and `h`, each `[b, units]`.
/// - Throws: ``LayerError`` `.invalidConfig` when `units < 1`, `.invalidInput` for input that is not
///   `[b, t, c]`.
/// - Source: sequence_layers/jax/recurrent.py `LSTM`; Hochreiter & Schmidhuber 1997. The unit forget
///   bias is in the first values of `bias`, nothing is added at run time.
extension LSTM: SequenceLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.past] }

  private func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("units", units, atLeast: 1)
    try requireChannelRank(1...1, input, layer: typeName)
    return ChannelSpec([units], try computeType(input))
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    let type = ValueType(try computeType(input), [context.batch, units])
    var state = LayerState()
    state.declare("c", context.builder.full(0, type))
    state.declare("h", context.builder.full(0, type))
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try run(x, &state, context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    var state = try initialState(for: x.channelSpec, context)
    return try run(x, &state, context)
  }

  /// Projects all timesteps at once, then loops over the recurrence.
  private func run(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let dtype = try computeType(x.channelSpec)
    let gates = 4 * units
    let kernel = try context.parameter(
      "kernel/kernel", [x.channelShape[0], gates], dtype: paramDtype, kernelInit)
    let recurrent = try context.parameter(
      "recurrent_kernel/kernel", [units, gates], dtype: paramDtype, recurrentKernelInit
    ).converted(to: dtype)
    var projected = x.values.converted(to: dtype).matmul(kernel.converted(to: dtype))
    if useBias {
      let bias = try context.parameter("bias", [gates], dtype: paramDtype, biasInit)
      projected = projected + bias.converted(to: dtype)
    }
    guard x.time != 1 else {
      let next = turn(
        projected.element(0, axis: 1), x.mask.element(0, axis: 1), state["c"], state["h"],
        recurrent)
      (state["c"], state["h"]) = (next.c, next.h)
      return SequenceValue(next.h.expandingAxes([1]), mask: x.mask)
    }
    let result = context.builder.loop(
      tripCount: x.time, axis: 1, captured: [recurrent], carried: [state["c"], state["h"]],
      sliced: [projected, x.mask]
    ) { captured, carried, slices in
      let next = turn(slices[0], slices[1], carried[0], carried[1], captured[0])
      return ([next.c, next.h], [next.h])
    }
    (state["c"], state["h"]) = (result.carried[0], result.carried[1])
    return SequenceValue(result.stacked[0], mask: x.mask)
  }

  /// One timestep.
  private func turn(
    _ projected: Value, _ mask: Value, _ c: Value, _ h: Value, _ recurrent: Value
  ) -> (c: Value, h: Value) {
    LSTMGates(
      units: units, activation: activation, recurrentActivation: recurrentActivation
    ).turn(projected + h.matmul(recurrent), c, h, mask)
  }
}
