import Programs
import Tensors

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
extension DotProductAttentionLayer {
  func placedAttentionState(
    _ banded: BandedAttention, _ input: ChannelSpec, _ segments: AlignedConstant?,
    _ positions: AlignedConstant?, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var places: Set<String> = []
    if segments != nil { places.insert("Segments") }
    if positions != nil { places.insert("Positions") }
    let given = [segments, positions].compactMap(\.self)
    return try selfAttentionState(
      banded, input, context, places: places, countsSteps: given.contains { $0.isWhole(context) })
  }

  func placedAttentionStep(
    _ banded: BandedAttention, _ x: SequenceValue, _ segments: AlignedConstant?,
    _ positions: AlignedConstant?, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let steps = banded.positions(x, &state)
    var heads = try selfAttentionHeads(x, &state, context)
    heads.places = AttentionPlaces(
      segments: try segments?.values(for: x, at: steps, self, context),
      positions: try positions?.values(for: x, at: steps, self, context))
    return try banded.step(heads, at: steps, &state, context)
  }

  func placedAttentionLayer(
    _ banded: BandedAttention, _ x: SequenceValue, _ segments: AlignedConstant?,
    _ positions: AlignedConstant?, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var heads = try selfAttentionHeads(x, context)
    heads.places = AttentionPlaces(
      segments: try segments?.values(for: x, at: nil, self, context),
      positions: try positions?.values(for: x, at: nil, self, context))
    return try banded.layer(heads, context)
  }
}
