import Diagnostics
import Programs
import Tensors

/// Attention of every timestep to several whole sources at once, given as constants.
///
/// Every query sees all valid timesteps of all sources, with one softmax over them together; with segments
/// only those of its own segment. The arithmetic is that of `DotProductSelfAttentionV2`, its mapping of
/// grouped heads included. Positions are checked and change nothing.
///
/// - Shape: `[b, t, d] -> [b, t, n, h]`, sources `[b, s, c]`; parameters by input projection, such as
///   `query_projection/kernel [d, n, h]` and `key_value_projection/kernel [c, 2, m, h]`, with
///   `useSeparateKvProjections` below `<source>_projection`; `per_dim_scale [h]`. Segments and
///   positions are integers `[b, t]` of queries, whole or streamed, and `[b, s]` of sources.
/// - Mask: unchanged; invalid timesteps of sources are never seen. Where all are, the output is 0.
/// - Streaming: block 1, no latency; state `keys` and `values` `[b, S, m, h]` and `mask [b, S]` of all
///   sources together, which no step changes, and `position i32[b]` where segments of queries are given
///   whole. Steps if the query network does. The sizes of flash attention change nothing.
/// - Throws: ``LayerError`` `.invalidConfig` for no source or an empty name, counts below 1, heads that
///   the key heads do not divide, the combined projection, negative soft cap, another number of names
///   or sizes than one or that of the sources, segments of queries without those of sources;
///   `.invalidConstant` for a source that is missing, no sequence `[b, s, c]` or of other channels than
///   the first where they share a projection, and for segments or positions of another shape;
///   `.invalidInput` for input that is not `[b, t, d]`.
/// - Source: sequence_layers/jax/attention `MultiSourceDotProductAttention`, which fails with segments.
extension MultiSourceDotProductAttention: DotProductAttentionLayer {
  private static var counter: PositionCounter { PositionCounter(countsValidOnly: false) }
  var isOnline: Bool { true }
  private var sources: [AttentionSource] {
    sourceNames.values.map { AttentionSource(field: "sourceNames", name: $0) }
  }
  private var segments: AlignedConstant? {
    AlignedConstant("querySegmentIdsName", querySegmentIdsName)
  }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? { queryNet.stepObstacle }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    queryNetwork?.receptiveFieldPerStep ?? [.aligned]
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkHeads()
    try checkSeparateQueries()
    guard !sources.isEmpty else {
      throw .config(self, "sourceNames", found: "none", expected: "the name of a constant or more")
    }
    try checkSources(constants)
    try checkPlaces(constants)
    return try attentionSpec(input, constants)
  }

  private func checkSources(_ constants: ConstantSpecs) throws(LayerError) {
    var channels: Int?
    for source in sources {
      let spec = try source.spec(for: self, constants)
      guard useSeparateKvProjections || channels ?? spec.shape[2] == spec.shape[2] else {
        throw .constant(
          self, "sourceNames", found: "\"\(source.name)\" of \(spec.shape[2]) channels",
          expected: "\(channels ?? 0), as in \"\(sources[0].name)\"",
          suggestion: "set useSeparateKvProjections to true")
      }
      channels = spec.shape[2]
    }
    if !flashAttentionSourceBlockSizes.isEmpty {
      _ = try expanded(flashAttentionSourceBlockSizes, "flashAttentionSourceBlockSizes")
    }
  }

  private func checkPlaces(_ constants: ConstantSpecs) throws(LayerError) {
    try segments?.check(for: self, constants)
    try AlignedConstant("queryPositionsName", queryPositionsName)?.check(for: self, constants)
    try checkSourcePlaces("sourcePositionNames", sourcePositionNames, constants)
    try checkSourcePlaces("sourceSegmentIdsNames", sourceSegmentIdsNames, constants)
    guard segments == nil || !sourceSegmentIdsNames.isEmpty else {
      throw .config(
        self, "sourceSegmentIdsNames", found: "none with segments of queries",
        expected: "those of the sources")
    }
  }

  /// Checks constants of integers for every timestep of the sources.
  private func checkSourcePlaces(
    _ field: String, _ names: OneOrMany<String>, _ constants: ConstantSpecs
  ) throws(LayerError) {
    guard !names.isEmpty else { return }
    for (name, source) in zip(try expanded(names, field), sources) {
      try AlignedConstant(field, name)?.check(for: self, constants)
      let (time, want) = (constants[name]?.shape[1], constants[source.name]?.shape[1])
      guard time == want else {
        throw .constant(
          self, field, found: "\"\(name)\" of \(time ?? 0) timesteps",
          expected: "\(want ?? 0), as many as \"\(source.name)\" has")
      }
    }
  }

  /// One entry a source.
  private func expanded<Element>(
    _ entries: OneOrMany<Element>, _ field: String
  ) throws(LayerError) -> [Element] {
    if let all = entries.expanded(to: sources.count) { return all }
    throw .config(
      self, field, found: "\(entries.values.count) entries",
      expected: "one, or \(sources.count) as there are sources")
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    try allHeads(input, context).declare(in: &state)
    if segments?.isWhole(context) == true { Self.counter.declareState(in: &state, context) }
    try queryNet.initialState(
      for: try projectedSpecs(input).query, into: &state, context,
      latency: context.precedingLatency)
    return state
  }

  /// Keys and values of all sources.
  private func allHeads(
    _ input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> SourceHeads {
    var all: [SourceHeads] = []
    for (index, source) in sources.enumerated() {
      let scope = useSeparateKvProjections ? "\(source.name)_projection" : ""
      all.append(try sourceHeads(source, input, copy: index, scope: scope, context))
    }
    return SourceHeads.joined(all)
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let positions = state.has("position") ? Self.counter.advance(x, &state) : nil
    let queries = try queryNet.step(
      try projectedQueries(x, context), &state, context, latency: context.precedingLatency)
    return try attend(queries, to: SourceHeads(state: state), at: positions, x, context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let queries = try queryNet.layer(try projectedQueries(x, context), context)
    return try attend(
      queries, to: try allHeads(x.channelSpec, context), at: nil, x, context)
  }

  private func attend(
    _ queries: SequenceValue, to keys: SourceHeads, at positions: Value?, _ x: SequenceValue,
    _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var frame = AttentionFrame(
      queries: queries.values, keys: keys.keys, values: keys.values, keyMask: keys.mask)
    if let segments {
      let own = try segments.values(for: x, at: positions, self, context)
      let others = SequencePacking(segments: try sourceSegments(x.batch, context))
      frame.visible = SequencePacking(segments: own).visible(
        others, .steps(past: -1, future: -1))
    }
    return SequenceValue(try frame.attend(self, context).context, mask: queries.mask)
  }

  /// The segments of all sources, `i32[b, S]`.
  private func sourceSegments(
    _ rows: Int, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let all = try expanded(sourceSegmentIdsNames, "sourceSegmentIdsNames").compactMap { name in
      context.constants[name]?.values
    }
    return Value.concatenate(
      all.map { $0.converted(to: .int32).broadcast(to: [rows, $0.shape[1]]) }, axis: 1)
  }
}
