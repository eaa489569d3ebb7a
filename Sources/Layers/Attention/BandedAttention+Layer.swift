import Programs
import Tensors

// Whole sequences.
extension BandedAttention {
  func layer(
    _ heads: AttentionHeads, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var frame = Frame(
      queries: heads.queries.values,
      keys: try layer.scaling.scaleKeys(heads.keys.values, context), values: heads.values.values,
      keyMask: heads.keyMask, queryPacking: heads.packing, keyPacking: heads.packing)
    if layer.dropout.isActive(context) {
      frame.draws = draws(
        queryPositions: Self.counter.positions(heads.queries),
        keyPositions: Self.counter.positions(heads.keys), rowKeys: context.rowKeys, context)
    }
    guard let chunks = chunks(frame, context) else {
      return emitted(try attend(frame, offset: nil, context), heads.queries, context)
    }
    let cut = frame.mapped(chunks.queries, { chunks.keys($0) }, chunks.rows)
    let output = try attend(cut, offset: chunks.past, context)
    let shown = output.probabilities.map { probabilities in
      chunkSize == nil
        ? chunks.spread(probabilities, leading: sinkCount, keys: heads.keys.time)
        : chunks.merged(probabilities)
    }
    let whole = AttentionCore.Output(
      context: chunks.merged(output.context), probabilities: shown)
    return emitted(whole, heads.queries, context)
  }

  /// Chunks, where attention has no kernel that leaves out what is beyond the horizon; gradients have none.
  private func chunks(_ frame: Frame, _ context: LayerContext) -> AttentionChunks? {
    guard horizon.isFinite else { return nil }
    let (time, keyTime) = (frame.queries.shape[1], frame.keys.shape[1])
    if case .blocks(let size, _, _) = horizon {
      let all = (keyTime + size - 1) / size * size
      return AttentionChunks(
        size: size, past: min(past, all), future: min(future, all), queryCount: time)
    }
    if let chunkSize {
      return AttentionChunks(size: chunkSize, past: past, future: future, queryCount: time)
    }
    let isShorter = past + future < keyTime
    guard !hasKernel(frame) || (context.options.differentiable && isShorter) else { return nil }
    return AttentionChunks(
      past: past, future: future, leading: sinkCount, queryCount: time, keyCount: keyTime)
  }

  /// Whether executors have a kernel for the attention of a frame, whose time and memory are linear.
  func hasKernel(_ frame: Frame) -> Bool {
    layer.relativePositionEmbedding == nil && sinkCount == 0 && frame.draws == nil
      && frame.queryPacking.isEmpty && frame.queries.dtype == .float32
  }
}
