import Diagnostics
import Programs
import Tensors

/// Attention of queries to the keys around them: what self attention and attention to a source that is
/// streamed along have in common.
///
/// In steps the newest keys wait in windows for the queries that see them, and queries wait for their
/// future. State leaves: `keys`, `values` `[b, past + lag, m, h]`, `mask [b, past + lag]`, for waiting
/// queries `queries [b, delay, n, h]` and `queryMask [b, delay]`, and what `packing` adds. Of an unlimited past
/// the windows hold as much as the trace says, and their owner lets them grow before they lose a key.
struct BandedAttention {
  let layer: any DotProductAttentionLayer
  let horizon: AttentionHorizon
  /// Queries that are computed at once in whole sequences, where that is fixed.
  var chunkSize: Int?
  /// Whether queries wait for the keys behind them; otherwise the layers before delay them.
  var delaysQueries = true
  /// How far the keys are ahead of the queries that come with them.
  var lookAhead = 0
  /// Under which name probabilities are emitted, if they are.
  var emitName: String?

  static let counter = PositionCounter(countsValidOnly: false)

  var past: Int { max(0, horizon.past) }
  var future: Int { max(0, horizon.future) }
  var delay: Int { delaysQueries ? future : 0 }
  var sinkCount: Int { AttentionSinks(layer)?.count ?? 0 }

  // MARK: - Steps

  /// Declares the windows.
  func declareState(
    _ specs: (query: ChannelSpec, key: ChannelSpec, value: ChannelSpec), packing: Set<String>,
    countsSteps: Bool, in state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) {
    guard lookAhead + delay >= future else {
      throw LayerError(
        .latencyMismatch(), layer: layer.typeName, field: "useQueryDelayBuffer",
        found: "queries \(lookAhead) timesteps behind the source, of which they see \(future) more",
        expected: "queries that come \(future) timesteps late",
        suggestion: "set useQueryDelayBuffer to true, or insert "
          + "Delay(length: \(future - lookAhead), delayLayerOutput: false) before it")
    }
    func declare(_ name: String, _ length: Int, _ spec: ChannelSpec) {
      guard length > 0 else { return }
      let type = ValueType(spec.dtype, [context.batch, length] + spec.shape)
      let start = context.builder.full(0, type)
      state.declare(name, start, kind: .window(axis: 1, length: length))
    }
    let cacheLength = (horizon.past < 0 ? context.cacheCapacity : past) + lookAhead + delay
    declare("keys", cacheLength, specs.key)
    declare("values", cacheLength, specs.value)
    declare("mask", cacheLength, ChannelSpec([], .bool))
    declare("queries", delay, specs.query)
    declare("queryMask", delay, ChannelSpec([], .bool))
    for name in packing.sorted() {
      declare("key\(name)", cacheLength, ChannelSpec([], .int32))
      declare("query\(name)", delay, ChannelSpec([], .int32))
    }
    let isDropped = layer.dropout.isActive(context)
    if isDropped { try checkDraws() }
    let dtypes = [specs.query.dtype, specs.key.dtype, specs.value.dtype]
    let isSliding = horizon.past >= 0 || slides(dtypes, isPacked: !packing.isEmpty || isDropped)
    if countsSteps || isDropped || !isSliding { Self.counter.declareState(in: &state, context) }
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
    let past = horizon.past < 0 ? state["keys"].shape[1] - lookAhead - delay : horizon.past
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
    frame.queryPacking.segments = heads.packing.segments.map { waited($0, "querySegments") }
    frame.queryPacking.positions = heads.packing.positions.map { waited($0, "queryPositions") }
    frame.keyPacking.segments = heads.packing.segments.map { kept($0, "keySegments") }
    frame.keyPacking.positions = heads.packing.positions.map { kept($0, "keyPositions") }
    let queryMask = waited(heads.queries.mask, "queryMask")
    state = leaves
    let queryPositions = positions?.adding(Double(-delay))
    var keyPositions = positions.map { positions in
      positions.sliced(axis: 1, from: 0, to: 1).adding(Double(-past - delay))
        + context.builder.iota(ValueType(.int32, [context.batch, seen]), axis: 1)
    }
    if horizon.past < 0 { context.fillsCache(by: time) }
    let isPacked = horizon.past < 0 && !isSliding(frame, context)
    if isPacked, let first = keyPositions {
      let order = CacheOrder(first)
      frame = frame.mapped({ $0 }, order.inOrder, { $0 })
      keyPositions = order.positions
    }
    if layer.dropout.isActive(context), let queryPositions, let keyPositions {
      frame.draws = draws(
        queryPositions: queryPositions, keyPositions: keyPositions, rowKeys: state["rowKey"],
        context)
    }
    let output: AttentionCore.Output
    if isPacked, let queryPositions, let keyPositions {
      output = try attend(frame, queries: queryPositions, keys: keyPositions, context)
    } else if let chunks = stepChunks(frame, past: past) {
      let cut = frame.mapped(chunks.queries, { chunks.keys($0, startsInPast: true) }, chunks.rows)
      output = try attend(cut, offset: past, context).mapped(chunks.merged)
    } else {
      output = try attend(frame, offset: past, context)
    }
    return emitted(output, SequenceValue(frame.queries, mask: queryMask), context)
  }

  private func stepChunks(_ frame: Frame, past: Int) -> AttentionChunks? {
    let time = frame.queries.shape[1]
    if case .blocks(let size, _, _) = horizon {
      return AttentionChunks(size: size, past: past, future: future, queryCount: time)
    }
    guard horizon.past >= 0, !hasKernel(frame) else { return nil }
    return AttentionChunks(past: past, future: future, leading: sinkCount, queryCount: time)
  }

  // MARK: - Both

  /// Queries and keys in chunks or not.
  struct Frame {
    var queries: Value
    var keys: Value
    var values: Value
    var keyMask: Value
    var queryPacking = SequencePacking()
    var keyPacking = SequencePacking()
    var draws: AttentionDropout.Draws?

    func mapped(
      _ byQuery: (Value) -> Value, _ byKey: (Value) -> Value, _ byRow: (Value) -> Value
    ) -> Frame {
      Frame(
        queries: byQuery(queries), keys: byKey(keys), values: byKey(values),
        keyMask: byKey(keyMask), queryPacking: queryPacking.mapped(byQuery),
        keyPacking: keyPacking.mapped(byKey),
        draws: draws.map {
          AttentionDropout.Draws(
            queries: $0.queries.map(byQuery), keys: $0.keys.map(byKey), sinks: $0.sinks.map(byRow))
        })
    }
  }

  func draws(
    queryPositions: Value, keyPositions: Value, rowKeys: Value, _ context: LayerContext
  ) -> AttentionDropout.Draws {
    layer.dropout.draws(
      AttentionDropout.Request(
        heads: layer.numHeads, sinks: sinkCount,
        keyCount: horizon.isFinite ? past + 1 + future : keyPositions.shape[1],
        queryPositions: queryPositions, keyPositions: keyPositions, rowKeys: rowKeys),
      context)
  }

  /// With an offset the keys are those within the horizon, that many of them before the first query; without, all
  /// keys, the first at the first query.
  func attend(
    _ frame: Frame, offset: Int?, _ context: LayerContext
  ) throws(LayerError) -> AttentionCore.Output {
    var full = AttentionFrame(
      queries: frame.queries, keys: frame.keys, values: frame.values, keyMask: frame.keyMask)
    full.visible = frame.queryPacking.visible(frame.keyPacking, horizon)
    switch horizon {
    case .steps(let past, let future):
      // Without a bound, given positions alone decide what is within the horizon.
      if offset != nil || frame.queryPacking.positions == nil {
        full.band = AttentionBand(past: past, future: future, offset: offset ?? 0)
      }
    case .blocks:
      if offset == nil, frame.queryPacking.positions == nil {
        let inBlocks = horizon.visible(
          queries: place(frame.queries, context), keys: place(frame.keys, context))
        full.visible = full.visible.map { inBlocks?.and($0) ?? $0 } ?? inBlocks
      }
    }
    full.band.isSliding = horizon.isFinite || isSliding(frame, context)
    full.dropout = frame.draws?.spread(
      queries: frame.queries.shape[1], keys: frame.keys.shape[1], sinks: sinkCount,
      shift: offset.map { $0 - past })
    return try full.attend(layer, context)
  }

  /// `0 ..< t`, `i32[1, t]`.
  private func place(_ value: Value, _ context: LayerContext) -> Value {
    context.builder.iota(ValueType(.int32, [1, value.shape[1]]), axis: 1)
  }

  func emitted(
    _ output: AttentionCore.Output, _ queries: SequenceValue, _ context: LayerContext
  ) -> SequenceValue {
    if let emitName, let probabilities = output.probabilities {
      context.emit(emitName, SequenceValue(probabilities, mask: queries.mask))
    }
    return SequenceValue(output.context, mask: queries.mask)
  }
}
