import Programs
import Tensors

/// Which keys a query may see by position: query `i` stands at key `i + offset` and sees keys from
/// `past` before to `future` after; negative numbers mean no limit.
///
/// The first `leading` keys are seen by all and are not counted.
struct AttentionBand: Hashable, Sendable {
  var past: Int
  var future: Int
  var offset: Int
  var leading = 0
  /// Whether the keys are a window that slides along in steps, so that no sum may depend on the place of
  /// a key among them.
  var isSliding = false

  static let unlimited = AttentionBand(past: -1, future: -1, offset: 0)

  /// The same visibility without leading keys; nil where that cannot be said.
  func withoutLeading(queries: Int, keys: Int) -> AttentionBand? {
    // Sinks stand before a sliding window, keys in it: one sum of both would tell where.
    if leading > 0, isSliding { return nil }
    if hidesNothing(queries: queries, keys: keys) {
      return AttentionBand(past: -1, future: -1, offset: 0, isSliding: isSliding)
    }
    guard leading > 0 else { return self }
    return past < 0 ? AttentionBand(past: -1, future: future, offset: offset + leading) : nil
  }

  private func hidesNothing(queries: Int, keys: Int) -> Bool {
    let lastPlace = offset + queries - 1
    let lastKey = keys - leading - 1
    return (past < 0 || lastPlace <= past) && (future < 0 || lastKey <= offset + future)
  }

  /// `bool[q, k]`, or nil where everything is visible.
  func mask(queries: Int, keys: Int, in builder: ProgramBuilder) -> Value? {
    guard !hidesNothing(queries: queries, keys: keys) else { return nil }
    let type = ValueType(.int32, [queries, keys])
    let place = builder.iota(type, axis: 0).adding(Double(offset))
    let key = builder.iota(type, axis: 1).adding(Double(-leading))
    var visible: Value?
    if past >= 0 { visible = (place - key) .<= key.scalarLike(Double(past)) }
    if future >= 0 {
      let limit = (key - place) .<= key.scalarLike(Double(future))
      visible = visible?.and(limit) ?? limit
    }
    return leading > 0 ? visible?.or(key .< key.scalarLike(0)) : visible
  }
}
