import Diagnostics
import Programs

/// What a caller may say of timesteps: the segment that each belongs to, and its position.
///
/// Attention stays within a segment; given positions decide what is in reach.
struct AttentionPlaces {
  /// `i32[b, t]`.
  var segments: Value?
  /// `i32[b, t]`.
  var positions: Value?

  var isEmpty: Bool { segments == nil && positions == nil }

  func mapped(_ f: (Value) -> Value) -> AttentionPlaces {
    AttentionPlaces(segments: segments.map(f), positions: positions.map(f))
  }

  /// Which keys queries may see by their places, `bool[b, q, k]`; nil for all.
  func visible(_ keys: AttentionPlaces, _ reach: AttentionReach) -> Value? {
    var visible: Value?
    if let positions, let other = keys.positions {
      visible = reach.visible(queries: positions, keys: other)
    }
    if let segments, let other = keys.segments {
      let isSame = segments.expandingAxes([2]) .== other.expandingAxes([1])
      visible = visible?.and(isSame) ?? isSame
    }
    return visible
  }
}

/// Self attention in which constants may say segments and positions.
protocol PlacedAttentionLayer: DotProductAttentionLayer {
  var banded: BandedAttention { get }
  var segmentIdsName: String? { get }
  var positionName: String? { get }
}

extension PlacedAttentionLayer {
  var isOnline: Bool { true }
  private var segments: AlignedConstant? { AlignedConstant("segmentIdsName", segmentIdsName) }
  private var positions: AlignedConstant? { AlignedConstant("positionName", positionName) }

  public var children: [LayerChild] { networks.compactMap(\.child) }
  public var stepObstacle: String? {
    // The whole sequence has no bound of time then, and sees what positions bring near.
    positions != nil && banded.reach.past < 0
      ? "given positions may bring timesteps that are still to come into an unlimited past"
      : selfAttentionObstacle(banded)
  }
  public var inputLatency: Int { stepObstacle == nil ? banded.reach.latency : 0 }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { receptiveField(banded.reach) }

  /// The output of attention whose own fields are right.
  func placedAttentionSpec(
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
    var places: Set<String> = []
    if segments != nil { places.insert("Segments") }
    if positions != nil { places.insert("Positions") }
    let given = [segments, positions].compactMap(\.self)
    return try selfAttentionState(
      banded, input, context, places: places, countsSteps: given.contains { $0.isWhole(context) })
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let steps = banded.positions(x, &state)
    var heads = try selfAttentionHeads(x, &state, context)
    heads.places = try places(x, at: steps, context)
    return try banded.step(heads, at: steps, &state, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var heads = try selfAttentionHeads(x, context)
    heads.places = try places(x, at: nil, context)
    return try banded.layer(heads, context)
  }

  private func places(
    _ x: SequenceValue, at steps: Value?, _ context: LayerContext
  ) throws(LayerError) -> AttentionPlaces {
    AttentionPlaces(
      segments: try segments?.values(for: x, at: steps, self, context),
      positions: try positions?.values(for: x, at: steps, self, context))
  }
}
