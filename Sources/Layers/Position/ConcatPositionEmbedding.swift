import Programs
import Tensors

/// A learned vector of the timestep appended to the last channel axis, the same for all others.
///
/// - Shape: `[b, t, ..., c] -> [b, t, ..., c + channels]`, `[b, t] -> [b, t, 1 + channels]`; floating-point;
///   parameter `embeddings [timesteps, channels]`.
/// - Mask: unchanged up to the end of the table; timesteps behind it are invalid. Invalid timesteps count as
///   positions.
/// - Streaming: block 1; state `position i32[b]`.
/// - Beyond: rows whose valid part fits the table may be padded to any length; steps end with the table as the
///   layer does.
/// - Throws: ``LayerError`` `.invalidConfig` when `timesteps` or `channels` are below 1, `.invalidInput` for
///   input that is not floating-point.
/// - Source: sequence_layers/tensorflow/position.py `ConcatPositionEmbedding`, which stops the program at a
///   valid timestep behind the table; what a step holds cannot do that here.
extension ConcatPositionEmbedding: PositionedLayer {
  private var counter: PositionCounter { PositionCounter(countsValidOnly: false) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [counter.receptiveField] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("timesteps", timesteps, atLeast: 1)
    try require("channels", channels, atLeast: 1)
    try requireElements(.floating, input)
    return try CombinationMode.concat.combinedSpec(
      [input, ChannelSpec([channels], input.dtype)], layer: typeName)
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try placed(x, counter.advance(x, &state), context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    try placed(x, counter.positions(x), context)
  }

  private func placed(
    _ x: SequenceValue, _ positions: Value, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let table = try context.parameter(
      "embeddings", [timesteps, channels], embeddingsInitializer ?? .glorotUniform)
    let rows = table.gathered(positions, axis: 0, outOfRange: .zero).converted(to: x.dtype)
    let isInTable = positions .< positions.scalarLike(Double(timesteps))
    let appended = SequenceValue(rows, mask: x.mask.and(isInTable))
    return CombinationMode.concat.combine([x, appended], context)
  }
}
