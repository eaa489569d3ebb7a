import Programs
import Tensors

/// Rows of a table of its own at every timestep: `y[t] = embedding[offset(t) + x[t]]`.
///
/// An index outside `0 ..< numEmbeddingsPerStep[t]`, or a timestep from `numSteps` on, gives a row of
/// NaN.
///
/// - Shape: `[b, t, ...] -> [b, t, ..., dimension]`; parameter `embedding [n, dimension]`, where `n` is
///   the number of embeddings of all steps, rounded up to a multiple of
///   `roundNumEmbeddingsToMultipleOf`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: state `position i32[b]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1 or other than one number of embeddings or
///   `numSteps` of them, `.invalidInput` for input that is not integer.
/// - Source: sequence_layers/jax/time_varying.py `SequenceEmbedding`.
extension SequenceEmbedding: SequenceLayer {
  private var table: StepTable { StepTable(numSteps: numSteps) }

  /// The number of embeddings of each step.
  private var limits: [Int] { numEmbeddingsPerStep.expanded(to: numSteps) ?? [] }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("dimension", dimension, atLeast: 1)
    try require("numSteps", numSteps, atLeast: 1)
    guard numEmbeddingsPerStep.expanded(to: numSteps) != nil else {
      throw .config(
        self, "numEmbeddingsPerStep", found: "\(numEmbeddingsPerStep.values.count) numbers",
        expected: "one number, or one for each of the \(numSteps) steps")
    }
    for count in numEmbeddingsPerStep.values {
      try require("numEmbeddingsPerStep", count, atLeast: 0)
    }
    let total = limits.reduce(0, Rational.sum)
    guard total <= Int32.max else {
      throw .config(
        self, "numEmbeddingsPerStep", found: "\(total) embeddings in all",
        expected: "at most \(Int32.max), the rows that an index can name")
    }
    guard total > 0 else {
      throw .config(
        self, "numEmbeddingsPerStep", found: "no embeddings", expected: "1 or more in all")
    }
    try require(
      "roundNumEmbeddingsToMultipleOf", roundNumEmbeddingsToMultipleOf ?? 1, atLeast: 1)
    try requireElements(.integer, input)
    return ChannelSpec(input.shape + [dimension], computeDtype ?? paramDtype)
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    StepTable.counter.declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try embedded(x, StepTable.counter.advance(x, &state), context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try embedded(x, StepTable.counter.positions(x), context)
  }

  private func embedded(
    _ x: SequenceValue, _ positions: Value, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let multiple = roundNumEmbeddingsToMultipleOf ?? 1
    let count = limits.reduce(0, +)
    let rows = (count + multiple - 1) / multiple * multiple
    let embedding = try context.parameter(
      "embedding", [rows, dimension], dtype: paramDtype, embeddingInit
    ).converted(to: computeDtype ?? paramDtype)
    var offsets: [Int32] = []
    var sum = 0
    for limit in limits {
      offsets.append(Int32(sum))
      sum += limit
    }
    let offset = perStep(offsets, positions, x)
    let limit = perStep(limits.map { Int32($0) }, positions, x)
    let ones: Shape = Array(repeating: 1, count: x.channelShape.count)
    let steps = positions.reshaped(positions.shape + ones)
    let isStep = steps .< steps.scalarLike(Double(numSteps))
    return x.mapValues { values in
      let index = values.converted(to: .int32)
      let isRow = (index.scalarLike(0) .<= index).and(index .< limit).and(isStep)
      let position = isRow.select(index + offset, index.scalarLike(-1))
      return embedding.gathered(position, axis: 0, outOfRange: .nan)
    }
  }

  /// A number for each step, looked up by position and laid over the channels.
  private func perStep(_ numbers: [Int32], _ positions: Value, _ x: SequenceValue) -> Value {
    let entries = table.entries(x.values.builder.constant(Tensor(numbers)), positions)
    let ones: Shape = Array(repeating: 1, count: x.channelShape.count)
    return entries.reshaped(entries.shape + ones)
  }
}
