import Programs
import Tensors

/// A layer that repeats a recurrent cell.
protocol RecurrentLayer: SequenceLayer {
  var cell: [RNNCell] { get }
  /// Whether parameters lie below the name of the cell.
  var namesCell: Bool { get }
}

extension RecurrentLayer {
  /// Every output sees all timesteps before.
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.past] }

  private var arithmetic: any RecurrentCell { StackedCells.cell(of: cell) }

  private func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: nil, parameters: .float32, layer: typeName)
  }

  /// The cell's units.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try StackedCells.check(cell, for: self)
    try requireChannelRank(1...1, input, layer: typeName)
    return ChannelSpec([arithmetic.units], try computeType(input))
  }

  private func draws(_ context: LayerContext) -> Bool {
    context.training && arithmetic.drawCount > 0
  }

  /// Zeros, and what draws depend on.
  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    let dtype = try computeType(input)
    var state = LayerState()
    for leaf in arithmetic.state {
      let type = ValueType(dtype, [context.batch, leaf.width])
      state.declare(leaf.name, context.builder.full(0, type))
    }
    if draws(context) { RandomDraws().declareState(in: &state, context) }
    return state
  }

  /// The block, from the state.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let words =
      draws(context) ? RandomDraws().words(arithmetic.drawCount, x, &state, context) : nil
    return try run(x, words, &state, context)
  }

  /// The sequence, from zeros.
  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var state = try initialState(for: x.channelSpec, context)
    let words = draws(context) ? RandomDraws().words(arithmetic.drawCount, x, context) : nil
    return try run(x, words, &state, context)
  }

  /// Projects all timesteps at once, then loops over the cell.
  private func run(
    _ x: SequenceValue, _ words: Value?, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let (arithmetic, dtype) = (arithmetic, try computeType(x.channelSpec))
    var parameters = CellParameters(
      context, scope: namesCell ? arithmetic.scopeName : "", dtype: dtype)
    try arithmetic.declare(&parameters, inputs: x.channelShape[0])
    let projected = arithmetic.project(x.values.converted(to: dtype), parameters)
    let leaves = arithmetic.state.map(\.name)
    let result = context.builder.loop(
      tripCount: x.time, axis: 1, captured: parameters.values, carried: leaves.map { state[$0] },
      sliced: [projected, x.mask] + (words.map { [$0] } ?? [])
    ) { captured, carried, slices in
      let turn = CellTurn(
        mask: slices[1], words: slices.count > 2 ? slices[2] : nil, training: context.training)
      let next = arithmetic.step(slices[0], carried, parameters.holding(captured), turn)
      let isValid = slices[1].expandingAxes([1])
      let kept =
        arithmetic.keepsInvalidState
        ? next.state : zip(next.state, carried).map { isValid.select($0, $1) }
      return (kept, [isValid.select(next.output, next.output.scalarLike(0))])
    }
    for (name, value) in zip(leaves, result.carried) { state[name] = value }
    return SequenceValue(result.stacked[0], mask: x.mask, isMasked: true)
  }
}

/// A recurrent cell, or several in a stack, run over time.
///
/// Cells are `lstm`, `gru`, `simple_rnn` and `zoneout` about another one, with Keras's parameters.
///
/// - Shape: `[b, t, c] -> [b, t, units]`; parameters below the name of the cell, such as
///   `gru_cell/kernel [c, 3·units]`; several cells below `stacked_rnn_cells`.
/// - Mask: unchanged. An invalid timestep leaves the state as it was; the output there is 0.
/// - Streaming: block 1; state `h [b, units]`, of `lstm` also `c [b, units]`, of several cells below
///   `cell_<i>`; where zoneout draws in training also `rowKey u32[b]` and `position i32[b]`.
/// - Beyond: steps in training, with the draws of the layer.
/// - Throws: ``LayerError`` `.invalidConfig` for no cell, units below 1 or a probability outside 0 ... 1,
///   `.invalidInput` for input that is not `[b, t, c]`.
/// - Source: sequence_layers/tensorflow/recurrent.py `RNN`.
extension RNN: RecurrentLayer {
  var namesCell: Bool { true }

  /// Creates it from one cell.
  public init(cell: RNNCell, name: String? = nil) { self.init(cell: [cell], name: name) }
}

/// The same as ``RNN``, with the parameters where the original's older layer has them.
///
/// - Shape: `[b, t, c] -> [b, t, units]`; parameters as ``RNN`` but without the name of the cell, such as
///   `kernel [c, 3·units]`.
/// - Mask: unchanged. An invalid timestep leaves the state as it was; the output there is 0.
/// - Streaming: as ``RNN``.
/// - Beyond: an invalid timestep leaves the state as it was, so gaps change nothing and steps are the layer.
/// - Throws: ``LayerError`` as ``RNN``.
/// - Source: sequence_layers/tensorflow/recurrent.py `LegacyRNN`. The original counts valid timesteps and takes
///   so many from the start of the row, and its steps let invalid ones into the state: with gaps both read
///   what lies there.
extension LegacyRNN: RecurrentLayer {
  var namesCell: Bool { false }

  /// Creates it from one cell.
  public init(cell: RNNCell, name: String? = nil) { self.init(cell: [cell], name: name) }
}
