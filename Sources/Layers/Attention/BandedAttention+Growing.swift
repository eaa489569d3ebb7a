import Programs
import Tensors

// An unlimited past: steps see all keys that have come, in windows that their owner lets grow.
extension BandedAttention {
  /// Whether the keys of steps may lie anywhere in their window.
  ///
  /// That needs a kernel whose sums do not depend on it: of single precision, for queries that see whatever
  /// is not behind them. Otherwise keys are put where they lie in the whole sequence.
  func slides(_ dtypes: [DType], isPacked: Bool) -> Bool {
    guard case .steps(_, let future) = horizon, future >= 0 else { return false }
    return sinkCount == 0 && !isPacked && dtypes.allSatisfy { $0 == .float32 }
  }

  /// The same for an attention of an unlimited past, in steps or whole.
  func isSliding(_ frame: Frame, _ context: LayerContext) -> Bool {
    slides(
      [frame.queries.dtype, frame.keys.dtype, frame.values.dtype],
      isPacked: !frame.queryPacking.isEmpty || layer.dropout.isActive(context))
  }

  /// Checks that a step can draw what the whole sequence draws.
  func checkDraws() throws(LayerError) {
    guard horizon.past < 0, !layer.dropout.sharesQueries else { return }
    throw LayerError(
      .notSteppable, layer: layer.typeName,
      found: "dropout in training with an unlimited past",
      expected: "draws that do not depend on the length of the whole sequence",
      suggestion: "set broadcastDropoutAcrossQueries to true, or limit the past")
  }

  /// Attention to keys that lie where they lie in the whole sequence, of queries `i32[b, q]` to keys
  /// `i32[b, k]` by position.
  func attend(
    _ frame: Frame, queries: Value, keys: Value, _ context: LayerContext
  ) throws(LayerError) -> AttentionCore.Output {
    var full = AttentionFrame(
      queries: frame.queries, keys: frame.keys, values: frame.values, keyMask: frame.keyMask)
    full.distances = keys.expandingAxes([1]) - queries.expandingAxes([2])
    full.visible = frame.queryPacking.visible(frame.keyPacking, horizon)
    let inHorizon = horizon.visible(queries: queries, keys: keys)
    full.visible = full.visible.map { inHorizon?.and($0) ?? $0 } ?? inHorizon
    let (count, keyCount) = (frame.queries.shape[1], frame.keys.shape[1])
    full.dropout = frame.draws?.spread(
      queries: count, keys: keyCount, sinks: sinkCount, shift: nil)
    // A whole sequence with sinks has a kernel, and so must its steps.
    let dtypes = [frame.queries.dtype, frame.keys.dtype, frame.values.dtype]
    let hasKernel = full.dropout == nil && dtypes.allSatisfy { $0 == .float32 }
    return try full.attend(layer, context, queryByQuery: sinkCount > 0 && hasKernel)
  }
}

extension AttentionCore {
  /// Attention of one query after the other, which sees what is visible to it by a mask of keys of its own.
  ///
  /// So kernels that know which keys a query sees from its place alone serve queries whose place is not known before
  /// the program runs.
  func attendQueryByQuery(_ operands: Operands, wantsProbabilities: Bool) -> Output {
    guard let visible = operands.visible else {
      return attend(operands, wantsProbabilities: wantsProbabilities)
    }
    let queries = operands.queries
    let bias = operands.bias?.transposed([0, 2, 1, 3])
    let result = queries.builder.loop(
      tripCount: queries.shape[1], axis: 1,
      captured: [operands.keys, operands.values, operands.keyMask], carried: [],
      sliced: [queries, visible] + (bias.map { [$0] } ?? [])
    ) { captured, _, slices in
      let one = Operands(
        queries: slices[0].expandingAxes([1]), keys: captured[0], values: captured[1],
        keyMask: captured[2].and(slices[1]),
        bias: slices.count > 2 ? slices[2].expandingAxes([2]) : nil)
      let output = attend(one, wantsProbabilities: wantsProbabilities)
      let results = [output.context] + (output.probabilities.map { [$0] } ?? [])
      return ([], results.map { $0.element(0, axis: 1) })
    }
    return Output(
      context: result.stacked[0],
      probabilities: result.stacked.count > 1 ? result.stacked[1] : nil)
  }
}

/// Where the keys of a step lie in the whole sequence.
///
/// The windows of keys end with the newest. As long as no key was lost, those that have come are put in
/// front, where the whole sequence has them; later they stay where they are.
struct CacheOrder {
  /// The positions of the keys in their new order, `i32[b, k]`.
  let positions: Value
  /// Where they come from.
  private let slots: Value

  /// From the positions of all entries of the windows, `i32[b, k]`; below 0 is nothing yet.
  init(_ known: Value) {
    let first = known.sliced(axis: 1, from: 0, to: 1)
    let moved = first - first.binary(.max, 0)
    positions = known - moved
    slots = known.builder.iota(known.type, axis: 1) - moved
  }

  /// `[b, k, ...]` of the windows in the new order, 0 behind the newest.
  func inOrder(_ value: Value) -> Value {
    value.gathered(slots, axis: 1, batchAxes: 1, outOfRange: .zero)
  }
}
