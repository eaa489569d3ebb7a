import Diagnostics
import Programs

/// What a caller may say of timesteps: the segment that each belongs to, and its position.
///
/// Attention stays within a segment; given positions decide what is within the horizon.
struct SequencePacking {
  /// `i32[b, t]`.
  var segments: Value?
  /// `i32[b, t]`.
  var positions: Value?

  var isEmpty: Bool { segments == nil && positions == nil }

  func mapped(_ f: (Value) -> Value) -> SequencePacking {
    SequencePacking(segments: segments.map(f), positions: positions.map(f))
  }

  /// Which keys queries may see by their packing, `bool[b, q, k]`; nil for all.
  func visible(_ keys: SequencePacking, _ horizon: AttentionHorizon) -> Value? {
    var visible: Value?
    if let positions, let other = keys.positions {
      visible = horizon.visible(queries: positions, keys: other)
    }
    if let segments, let other = keys.segments {
      let isSame = segments.expandingAxes([2]) .== other.expandingAxes([1])
      visible = visible?.and(isSame) ?? isSame
    }
    return visible
  }
}

/// Self attention in which constants may say segments and positions.
protocol PackedAttentionLayer: DotProductAttentionLayer {
  var banded: BandedAttention { get }
  var segmentIdsName: String? { get }
  var positionName: String? { get }
}

extension PackedAttentionLayer {
  var isOnline: Bool { true }
  private var segments: AlignedConstant? { AlignedConstant("segmentIdsName", segmentIdsName) }
  private var positions: AlignedConstant? { AlignedConstant("positionName", positionName) }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? {
    // The whole sequence has no bound of time then, and sees what positions bring near.
    positions != nil && banded.horizon.past < 0
      ? "given positions may bring timesteps that are still to come into an unlimited past"
      : selfAttentionObstacle(banded)
  }
  public var inputLatency: Int { stepObstacle == nil ? banded.horizon.latency : 0 }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { receptiveField(banded.horizon) }

  /// The output of attention whose own fields are right.
  func packedAttentionSpec(
    _ input: ChannelSpec, _ constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkHeads()
    try segments?.check(for: self, constants)
    try positions?.check(for: self, constants)
    return try attentionSpec(input, constants)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var packing: Set<String> = []
    if segments != nil { packing.insert("Segments") }
    if positions != nil { packing.insert("Positions") }
    let given = [segments, positions].compactMap(\.self)
    return try selfAttentionState(
      banded, input, context, packing: packing, countsSteps: given.contains { $0.isWhole(context) })
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let steps = banded.positions(x, &state)
    var heads = try selfAttentionHeads(x, &state, context)
    heads.packing = try packing(x, at: steps, context)
    return try banded.step(heads, at: steps, &state, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var heads = try selfAttentionHeads(x, context)
    heads.packing = try packing(x, at: nil, context)
    return try banded.layer(heads, context)
  }

  private func packing(
    _ x: SequenceValue, at steps: Value?, _ context: LayerContext
  ) throws(LayerError) -> SequencePacking {
    SequencePacking(
      segments: try segments?.values(for: x, at: steps, self, context),
      positions: try positions?.values(for: x, at: steps, self, context))
  }
}
