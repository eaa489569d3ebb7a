import Programs
import Tensors

/// How far queries see: a number of timesteps, or of whole blocks of timesteps; -1 means no limit.
enum AttentionHorizon: Hashable, Sendable {
  case steps(past: Int, future: Int)
  /// Every timestep of a block sees its whole block, and so many before and behind.
  case blocks(size: Int, past: Int, future: Int)

  /// Timesteps before a query, or before its block; negative without limit.
  var past: Int {
    switch self {
    case .steps(let past, _): past
    case .blocks(let size, let past, _): past * size
    }
  }

  /// Timesteps behind a query, or behind its block; negative without limit.
  var future: Int {
    switch self {
    case .steps(_, let future): future
    case .blocks(let size, _, let future): future * size
    }
  }

  var isFinite: Bool { past >= 0 && future >= 0 }
  var latency: Int { max(0, future) }

  var stepObstacle: String? {
    if future < 0 { return "an unlimited future needs the end of the sequence" }
    return nil
  }

  var receptiveFieldPerStep: ReceptiveFieldPerStep {
    let before = past < 0 ? -Double.infinity : Double(-past)
    let behind = future < 0 ? Double.infinity : Double(future)
    guard case .blocks(let size, _, _) = self else { return [ReceptiveField(before, behind)] }
    return (0..<size).map { step in
      ReceptiveField(before - Double(step), behind + Double(size - 1 - step))
    }
  }

  /// Which keys are within the horizon by given positions `i32[b or 1, q]` and `i32[b or 1, k]`, `bool[b or 1, q,
  /// k]`; nil without limits.
  func visible(queries: Value, keys: Value) -> Value? {
    switch self {
    case .steps(let past, let future): Self.within(queries, keys, past: past, future: future)
    case .blocks(let size, let past, let future):
      Self.within(
        Self.block(queries, size), Self.block(keys, size), past: past, future: future)
    }
  }

  private static func within(
    _ queries: Value, _ keys: Value, past: Int, future: Int
  ) -> Value? {
    let distance = queries.expandingAxes([2]) - keys.expandingAxes([1])
    var visible: Value?
    if past >= 0 { visible = distance .<= distance.scalarLike(Double(past)) }
    if future >= 0 {
      let limit = distance.scalarLike(Double(-future)) .<= distance
      visible = visible?.and(limit) ?? limit
    }
    return visible
  }

  /// `floor(position / size)`.
  private static func block(_ positions: Value, _ size: Int) -> Value {
    let rest = positions.binary(.rem, Double(size))
    let isNegative = rest .< rest.scalarLike(0)
    let place = isNegative.select(rest.adding(Double(size)), rest)
    return (positions - place).binary(.div, Double(size))
  }
}
