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
