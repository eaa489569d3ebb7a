import Diagnostics
import Programs
import Tensors

/// Attention of queries to the keys around them: what self attention and attention to a source that is
/// streamed along have in common.
///
/// In steps the newest keys wait in windows for the queries that see them, and queries wait for their
/// future. State leaves: `keys`, `values` `[b, past + lag, m, h]`, `mask [b, past + lag]`, for waiting
/// queries `queries [b, delay, n, h]` and `queryMask [b, delay]`, and what `places` add.
struct BandedAttention {
  let layer: any DotProductAttentionLayer
  let reach: AttentionReach
  /// Queries that are computed at once in whole sequences, where that is fixed.
  var chunkSize: Int?
  /// Whether queries wait for the keys behind them; otherwise the layers before delay them.
  var delaysQueries = true
  /// How far the keys are ahead of the queries that come with them.
  var lead = 0
  /// Under which name probabilities are emitted, if they are.
  var emitName: String?

  private static let counter = PositionCounter(countsValidOnly: false)

  private var past: Int { max(0, reach.past) }
  private var future: Int { max(0, reach.future) }
  private var delay: Int { delaysQueries ? future : 0 }
  private var cacheLength: Int { past + lead + delay }
  private var sinkCount: Int { AttentionSinks(layer)?.count ?? 0 }

  // MARK: - Steps

  /// Declares the windows.
  func declareState(
    _ specs: (query: ChannelSpec, key: ChannelSpec, value: ChannelSpec), places: Set<String>,
    countsSteps: Bool, in state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) {
    guard lead + delay >= future else {
      throw LayerError(
        .latencyMismatch, layer: layer.typeName, field: "useQueryDelayBuffer",
        found: "queries \(lead) timesteps behind the source, of which they see \(future) more",
        expected: "queries that come \(future) timesteps late",
        fix: "set useQueryDelayBuffer to true, or insert "
          + "Delay(length: \(future - lead), delayLayerOutput: false) before it")
    }
    func declare(_ name: String, _ length: Int, _ spec: ChannelSpec) {
      guard length > 0 else { return }
      let type = ValueType(spec.dtype, [context.batch, length] + spec.shape)
      let start = context.builder.full(0, type)
      state.declare(name, start, kind: .window(axis: 1, length: length))
    }
    declare("keys", cacheLength, specs.key)
    declare("values", cacheLength, specs.value)
    declare("mask", cacheLength, ChannelSpec([], .bool))
    declare("queries", delay, specs.query)
    declare("queryMask", delay, ChannelSpec([], .bool))
    for name in places.sorted() {
      declare("key\(name)", cacheLength, ChannelSpec([], .int32))
      declare("query\(name)", delay, ChannelSpec([], .int32))
    }
    let isDropped = layer.dropout.isActive(context)
    if countsSteps || isDropped { Self.counter.declareState(in: &state, context) }
    if isDropped { state.declare("rowKey", context.rowKeys) }
  }

  /// The positions `i32[b, t]` of a block, where the state counts them; before `step`, which moves on.
  func positions(_ x: SequenceValue, _ state: inout LayerState) -> Value? {
    state.has("position") ? Self.counter.advance(x, &state) : nil
  }

  /// Attention of the queries that have waited long enough.
  func step(
    _ heads: AttentionHeads, at positions: Value?, _ state: inout LayerState,
    _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let time = heads.queries.time
    let seen = past + time + future
    var leaves = state
    func kept(_ value: Value, _ name: String) -> Value {
      leaves.append(value, to: name).sliced(axis: 1, from: 0, to: seen)
    }
    func waited(_ value: Value, _ name: String) -> Value {
      leaves.append(value, to: name).sliced(axis: 1, from: 0, to: time)
    }
    var frame = Frame(
      queries: waited(heads.queries.values, "queries"),
      keys: kept(try layer.scaling.scaleKeys(heads.keys.values, context), "keys"),
      values: kept(heads.values.values, "values"), keyMask: kept(heads.keyMask, "mask"))
    frame.queryPlaces.segments = heads.places.segments.map { waited($0, "querySegments") }
    frame.queryPlaces.positions = heads.places.positions.map { waited($0, "queryPositions") }
    frame.keyPlaces.segments = heads.places.segments.map { kept($0, "keySegments") }
    frame.keyPlaces.positions = heads.places.positions.map { kept($0, "keyPositions") }
    let queryMask = waited(heads.queries.mask, "queryMask")
    state = leaves
    if layer.dropout.isActive(context), let positions {
      let first = positions.sliced(axis: 1, from: 0, to: 1).adding(Double(-past - delay))
      let type = ValueType(.int32, [context.batch, seen])
      frame.draws = draws(
        queryPositions: positions.adding(Double(-delay)),
        keyPositions: first + context.builder.iota(type, axis: 1), rowKeys: state["rowKey"],
        context)
    }
    let output: AttentionCore.Output
    let chunks: AttentionChunks?
    if case .blocks(let size, _, _) = reach {
      chunks = AttentionChunks(size: size, past: past, future: future, queryCount: time)
    } else {
      chunks =
        hasKernel(frame)
        ? nil
        : AttentionChunks(past: past, future: future, leading: sinkCount, queryCount: time)
    }
    if let chunks {
      let cut = frame.mapped(chunks.queries, { chunks.keys($0, startsInPast: true) }, chunks.rows)
      output = try attend(cut, offset: past, context).mapped(chunks.merged)
    } else {
      output = try attend(frame, offset: past, context)
    }
    return emitted(output, SequenceValue(frame.queries, mask: queryMask), context)
  }

  // MARK: - Whole sequences

  func layer(
    _ heads: AttentionHeads, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var frame = Frame(
      queries: heads.queries.values,
      keys: try layer.scaling.scaleKeys(heads.keys.values, context), values: heads.values.values,
      keyMask: heads.keyMask, queryPlaces: heads.places, keyPlaces: heads.places)
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

  /// Chunks, where attention has no kernel that leaves out what is out of reach; gradients have none.
  private func chunks(_ frame: Frame, _ context: LayerContext) -> AttentionChunks? {
    guard reach.isFinite else { return nil }
    let (time, keyTime) = (frame.queries.shape[1], frame.keys.shape[1])
    if case .blocks(let size, _, _) = reach {
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
  private func hasKernel(_ frame: Frame) -> Bool {
    layer.relativePositionEmbedding == nil && sinkCount == 0 && frame.draws == nil
      && frame.queryPlaces.isEmpty && frame.queries.dtype == .float32
  }

  // MARK: - Both

  /// Queries and keys in chunks or not.
  private struct Frame {
    var queries: Value
    var keys: Value
    var values: Value
    var keyMask: Value
    var queryPlaces = AttentionPlaces()
    var keyPlaces = AttentionPlaces()
    var draws: AttentionDropout.Draws?

    func mapped(
      _ byQuery: (Value) -> Value, _ byKey: (Value) -> Value, _ byRow: (Value) -> Value
    ) -> Frame {
      Frame(
        queries: byQuery(queries), keys: byKey(keys), values: byKey(values),
        keyMask: byKey(keyMask), queryPlaces: queryPlaces.mapped(byQuery),
        keyPlaces: keyPlaces.mapped(byKey),
        draws: draws.map {
          AttentionDropout.Draws(
            queries: $0.queries.map(byQuery), keys: $0.keys.map(byKey), sinks: $0.sinks.map(byRow))
        })
    }
  }

  private func draws(
    queryPositions: Value, keyPositions: Value, rowKeys: Value, _ context: LayerContext
  ) -> AttentionDropout.Draws {
    layer.dropout.draws(
      AttentionDropout.Request(
        heads: layer.numHeads, sinks: sinkCount,
        places: reach.isFinite ? past + 1 + future : keyPositions.shape[1],
        queryPositions: queryPositions, keyPositions: keyPositions, rowKeys: rowKeys),
      context)
  }

  /// With an offset the keys are those in reach, that many of them before the first query; without, all
  /// keys, the first at the first query.
  private func attend(
    _ frame: Frame, offset: Int?, _ context: LayerContext
  ) throws(LayerError) -> AttentionCore.Output {
    var full = AttentionFrame(
      queries: frame.queries, keys: frame.keys, values: frame.values, keyMask: frame.keyMask)
    full.visible = frame.queryPlaces.visible(frame.keyPlaces, reach)
    switch reach {
    case .steps(let past, let future):
      // Without a bound, given positions alone decide what is in reach.
      if offset != nil || frame.queryPlaces.positions == nil {
        full.band = AttentionBand(past: past, future: future, offset: offset ?? 0)
      }
    case .blocks:
      if offset == nil, frame.queryPlaces.positions == nil {
        let inBlocks = reach.visible(
          queries: place(frame.queries, context), keys: place(frame.keys, context))
        full.visible = full.visible.map { inBlocks?.and($0) ?? $0 } ?? inBlocks
      }
    }
    full.band.isSliding = reach.isFinite
    full.dropout = frame.draws?.spread(
      queries: frame.queries.shape[1], keys: frame.keys.shape[1], sinks: sinkCount,
      shift: offset.map { $0 - past })
    return try full.attend(layer, context)
  }

  /// `0 ..< t`, `i32[1, t]`.
  private func place(_ value: Value, _ context: LayerContext) -> Value {
    context.builder.iota(ValueType(.int32, [1, value.shape[1]]), axis: 1)
  }

  private func emitted(
    _ output: AttentionCore.Output, _ queries: SequenceValue, _ context: LayerContext
  ) -> SequenceValue {
    if let emitName, let probabilities = output.probabilities {
      context.emit(emitName, SequenceValue(probabilities, mask: queries.mask))
    }
    return SequenceValue(output.context, mask: queries.mask)
  }
}
