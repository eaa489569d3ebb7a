import Programs
import Tensors

/// Which keys a query may see by position: query `i` stands at key `i + offset` and sees keys from
/// `past` before to `future` after; negative numbers mean no limit.
struct AttentionBand: Hashable, Sendable {
  var past: Int
  var future: Int
  var offset: Int

  static let unlimited = AttentionBand(past: -1, future: -1, offset: 0)

  var attributes: [String: CompositeOp.Attribute] {
    ["past": .int(past), "future": .int(future), "offset": .int(offset)]
  }

  /// `bool[q, k]`, or nil where everything is visible.
  func mask(queries: Int, keys: Int, in builder: ProgramBuilder) -> Value? {
    guard past >= 0 || future >= 0 else { return nil }
    let type = ValueType(.int32, [queries, keys])
    let place = builder.iota(type, axis: 0).adding(Double(offset))
    let key = builder.iota(type, axis: 1)
    var visible: Value?
    if past >= 0 { visible = (place - key) .<= key.scalarLike(Double(past)) }
    if future >= 0 {
      let limit = (key - place) .<= key.scalarLike(Double(future))
      visible = visible?.and(limit) ?? limit
    }
    return visible
  }
}
