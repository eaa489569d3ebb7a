import Foundation
public import Layers
import Programs
import Tensors

/// A recurrence that moves forward over a source and tells where it is, as a number between timesteps.
///
/// At every timestep it looks at the source around its position, with weights that depend on the distance
/// alone, gives what it sees with the input to an LSTM, and moves by `softplus` of a linear map of what that
/// gives.
///
/// - Shape: `[b, t, c] -> [b, t, units]`; constant source `[b, s, d]`; parameters
///   `source_value_projection/kernel [d, n·h]`, `bias_matrix/embeddings`, `delta_output_layer/kernel [units, 1]`
///   and `bias [1]`, and those of the LSTM below `sublayer`.
/// - Mask: unchanged; at an invalid timestep the position stays.
/// - Streaming: block 1, no latency; state `position [b, 1]` and that of the LSTM below `sublayer`.
/// - Source: sequence_layers/tensorflow/examples/very_attentive_tacotron.py `AlignmentLayer`.
public struct AlignmentLayer: SequenceLayer, Equatable {
  /// The constant that is moved over.
  public var sourceName: String
  /// Heads that look at the source around the position.
  public var numHeads = 4
  /// Channels of a head.
  public var unitsPerHead = 32
  /// Channels of the recurrence.
  public var rnnUnits: Int
  /// How far the position moves in a timestep at first.
  public var initialDelta = 0.25
  /// How the distance from the position enters the weights.
  public var biases: InterpolatedRelativePositionBiases
  /// Name under which layers behind it find the position.
  public var positionsName = "alignment_position"
  /// Scope of the layer.
  public var name: String?

  /// Makes a layer with the usual heads.
  public init(sourceName: String, rnnUnits: Int) {
    (self.sourceName, self.rnnUnits) = (sourceName, rnnUnits)
    biases = InterpolatedRelativePositionBiases(numHeads: 4)
    biases.windowStddev = 15
  }

  private var sublayer: LayerChild {
    LayerChild(
      RNN(cell: [.lstm(units: rnnUnits)]), at: ChildScope("sublayer"), field: "sublayer")
  }

  public var children: [LayerChild] { [sublayer] }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.past] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard let source = constants[sourceName], source.shape.count == 3 else {
      throw LayerError(
        .invalidConstant, layer: typeName, field: "sourceName",
        found: "no sequence \"\(sourceName)\"", expected: "a source [b, s, d]")
    }
    guard input.shape.count == 1, input.dtype == .float32 else {
      throw LayerError(
        .invalidInput, layer: typeName, found: "\(input)", expected: "[b, t, c] of float32")
    }
    try biases.check(heads: numHeads, size: unitsPerHead, for: self)
    return ChannelSpec([rnnUnits])
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    state.declare(
      "position", context.builder.full(0, ValueType(.float32, [context.batch, 1])))
    let joined = ChannelSpec([input.shape[0] + numHeads * unitsPerHead])
    try context.initialState(
      sublayer.layer, for: joined, into: &state, at: sublayer.scope, latency: 0)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let both = try context.overBlocks(x, of: 1, &state) {
      x, state, context throws(LayerError) in
      try turn(x, &state, context)
    }
    let parts = both.split(at: [rnnUnits], axis: 2)
    let positions = SequenceValue(parts[1].values.element(0, axis: 2), mask: x.mask)
    context.offer(table: positionsName, positions.values)
    context.emit("position", positions)
    return parts[0]
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var state = try initialState(for: x.channelSpec, context)
    return try step(x, &state, context)
  }

  /// One timestep: what the LSTM gives, and the position behind it.
  private func turn(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let position = state["position"]
    let seen = try look(from: position, rows: x.batch, context)
    let joined = SequenceValue(Value.concatenate([x.values, seen], axis: 2), mask: x.mask)
    let y = try context.step(sublayer.layer, joined, &state, at: sublayer.scope, latency: 0)
    let kernel = try context.parameter("delta_output_layer/kernel", [rnnUnits, 1], .zeros)
    let bias = try context.parameter(
      "delta_output_layer/bias", [1], .constant(value: log(exp(initialDelta) - 1)))
    let delta = (y.values.matmul(kernel) + bias).softplus.element(0, axis: 2)
    let next = x.mask.select(position + delta, position)
    state["position"] = next
    return SequenceValue(
      Value.concatenate([y.values, next.expandingAxes([2])], axis: 2), mask: y.mask)
  }

  /// The source around a position, `[b, 1, n·h]`.
  private func look(
    from position: Value, rows: Int, _ context: LayerContext
  ) throws(LayerError) -> Value {
    guard case .sequence(let given)? = context.constants[sourceName] else {
      throw LayerError(
        .invalidConstant, layer: typeName, found: "an array \"\(sourceName)\"",
        expected: "a sequence")
    }
    let source = given.maskedInvalid()
    let (time, width) = (source.time, numHeads * unitsPerHead)
    let kernel = try context.parameter(
      "source_value_projection/kernel", [source.channelShape[0], width], .glorotUniform)
    let values = source.values.matmul(kernel)
      .reshaped([source.batch, time, numHeads, unitsPerHead])
      .broadcast(to: [rows, time, numHeads, unitsPerHead])
    let places = context.builder.iota(ValueType(.float32, [rows, 1, time]), axis: 2)
    let scores = try biases.biases(places - position.expandingAxes([2]), context)
      .reshaped([rows, numHeads, time])
    let isValid = source.mask.expandingAxes([1]).broadcast(to: [rows, 1, time])
    let weights = isValid.select(scores, scores.scalarLike(-1e9)).softmax(axis: 2)
    let seen = weights.dot(
      values,
      DotDimensions(
        leftBatch: [0, 1], rightBatch: [0, 2], leftContracting: [2], rightContracting: [1]))
    return seen.reshaped([rows, 1, width])
  }
}
