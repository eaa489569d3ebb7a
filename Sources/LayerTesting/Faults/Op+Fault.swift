import Programs
import Tensors

extension Op {
  /// The op with a mistake in its attributes; nil where that kind of mistake cannot be made.
  func changed(_ kind: FaultKind, operands: [ValueType]) -> Op? {
    switch (self, kind) {
    case (.reduction(.reduce(let fold, let axes)), .otherReduction):
      fold.opposite.map { .reduction(.reduce($0, axes: axes)) }
    case (.reduction(.reduceWindow(let fold, let window)), .otherReduction):
      fold.opposite.map { .reduction(.reduceWindow($0, window)) }
    case (.reduction(.argReduce(let fold, let axis)), .otherReduction):
      fold.opposite.map { .reduction(.argReduce($0, axis: axis)) }
    case (.reduction(.cumulative(let fold, let axis, let reverse)), .otherReduction):
      .reduction(.cumulative(fold, axis: axis, reverse: !reverse))
    case (.movement(.slice(let start, let limit, let stride)), .movedSlice):
      Self.moved(start, limit, stride, operands[0].shape)
    case (.movement(.pad(let low, let high, let interior)), .movedPadding):
      Self.movedPair(low, high).map { .movement(.pad(low: $0, high: $1, interior: interior)) }
    case (.contraction(.convolution(var dimensions)), .movedPadding):
      Self.movedPair(dimensions.padLow, dimensions.padHigh).map { low, high in
        (dimensions.padLow, dimensions.padHigh) = (low, high)
        return .contraction(.convolution(dimensions))
      }
    case (.reduction(.reduceWindow(let fold, var window)), .movedPadding):
      Self.movedPair(window.padLow, window.padHigh).map { low, high in
        (window.padLow, window.padHigh) = (low, high)
        return .reduction(.reduceWindow(fold, window))
      }
    case (.compare(.lt), .otherComparison): .compare(.le)
    case (.compare(.le), .otherComparison): .compare(.lt)
    case (.binary(.add), .wrongSign): .binary(.sub)
    case (.binary(.sub), .wrongSign): .binary(.add)
    default: nil
    }
  }

  private static func moved(_ start: [Int], _ limit: [Int], _ stride: [Int], _ shape: Shape) -> Op?
  {
    for axis in start.indices {
      let step = limit[axis] < shape[axis] ? 1 : start[axis] > 0 ? -1 : 0
      guard step != 0 else { continue }
      var (from, to) = (start, limit)
      from[axis] += step
      to[axis] += step
      return .movement(.slice(start: from, limit: to, stride: stride))
    }
    return nil
  }

  /// Takes one from one end and adds it at the other.
  private static func movedPair(_ low: [Int], _ high: [Int]) -> ([Int], [Int])? {
    guard let axis = low.indices.first(where: { low[$0] > 0 || high[$0] > 0 }) else { return nil }
    var (before, behind) = (low, high)
    let step = high[axis] > 0 ? 1 : -1
    before[axis] += step
    behind[axis] -= step
    return (before, behind)
  }
}

extension ReductionKind {
  /// What is mistaken for it; nil where there is nothing.
  fileprivate var opposite: ReductionKind? {
    switch self {
    case .and: .or
    case .or: .and
    case .max: .min
    case .min: .max
    case .sum, .prod: nil
    }
  }
}
