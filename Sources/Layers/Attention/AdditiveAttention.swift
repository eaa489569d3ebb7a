import Programs
import Tensors

/// Attention to a whole source by content: `y = softmax(v · tanh(query(x) + key(source))) · source`.
///
/// - Shape: `[b, t, d] -> [b, t, n, c]`, source `[b, s, c]`, floating-point; parameters
///   `query_projection/kernel [d, n·u]`, `source_projection/kernel [c, n·u]` and `bias [n·u]`, `v [n, u]`.
/// - Mask: unchanged; invalid timesteps of the source weigh nothing.
/// - Streaming: block 1, no latency; state `keys [b, s, n, u]`, `source [b, s, c]` and `mask [b, s]`, which no
///   step changes.
/// - Beyond: nothing that lies at invalid timesteps of the source reaches the output, and where none is valid it
///   is 0; the keys are computed once.
/// - Emits: `probabilities [b, t, n, s]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1 or an empty source name; `.invalidConstant` for
///   a source that is missing or no sequence `[b, s, c]`; `.invalidInput` for input that is not `[b, t, d]` of
///   floating-point numbers.
/// - Source: sequence_layers/tensorflow/attention.py `AdditiveAttention`; Bahdanau et al. 2014, arXiv 1409.0473.
///   The original sums the source as it is, where 0 · NaN is NaN, and averages it where nothing is valid.
extension AdditiveAttention: TanhAttention, SequenceLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { try contextSpec(input, constants) }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    let (keys, source) = try keyedSource(computeType(input.dtype), context)
    var state = LayerState()
    state.declare("keys", keys)
    state.declare("source", source.values)
    state.declare("mask", source.mask)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let source = SequenceValue(state["source"], mask: state["mask"], isMasked: true)
    return try attend(x, state["keys"], source, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let (keys, source) = try keyedSource(computeType(x.dtype), context)
    return try attend(x, keys, source, context)
  }

  private func attend(
    _ x: SequenceValue, _ keys: Value, _ source: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let queries = try queries(x, context)
    // [b, t, s, n, u]
    let hidden = (queries.expandingAxes([2]) + keys.expandingAxes([1])).unary(.tanh)
    let logits = try logits(hidden, .glorotUniform, context).transposed([0, 1, 3, 2])
    let probabilities = logits.softmax(where: source.mask.expandingAxes([1, 2]))
    context.emit(
      "probabilities", SequenceValue(probabilities.converted(to: x.dtype), mask: x.mask))
    let output = probabilities.dot(
      source.values,
      DotDimensions(leftBatch: [0], rightBatch: [0], leftContracting: [3], rightContracting: [1]))
    return SequenceValue(output.converted(to: x.dtype), mask: x.mask)
  }
}
