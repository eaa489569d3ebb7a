import Tensors

extension Simplifier {
  /// Movements that move nothing, follow another movement, or move equal elements.
  mutating func moved(_ op: MovementOp, _ operands: [ValueID], _ scope: Int) -> ValueID? {
    let x = operands[0]
    guard let result = try? op.resultType(operands.map { type($0) }) else { return nil }
    if let filled = movedScalar(op, operands, result.shape, scope) { return filled }
    switch op {
    case .reshape(let shape):
      if shape == self.shape(x) { return x }
      if case (.reshape, let inner)? = movement(x) {
        return one(.movement(.reshape(shape)), inner, scope)
      }
      return nil
    case .transpose(let permutation): return transposed(x, permutation, scope)
    case .broadcast(let shape, let axes): return broadcast(x, shape, axes, scope)
    case .slice(let start, _, let stride):
      if result == type(x) { return x }
      return sliced(x, start, result.shape, stride, scope)
    case .pad(let low, let high, let interior):
      return padded(x, low, high, interior, result.shape, scope)
    case .reverse(let axes):
      let real = axes.filter { shape(x)[$0] > 1 }
      if real.isEmpty { return x }
      if case (.reverse(let inner), let source)? = movement(x) {
        let both = Set(real).symmetricDifference(inner).sorted()
        return one(.movement(.reverse(axes: both)), source, scope)
      }
      return real == axes ? nil : one(.movement(.reverse(axes: real)), [x], scope)
    case .concatenate(let axis):
      let full = operands.filter { shape($0)[axis] > 0 }
      if full.count == 1 { return full[0] }
      guard full.count < operands.count, !full.isEmpty else { return nil }
      return one(.movement(.concatenate(axis: axis)), full, scope)
    }
  }

  /// A movement of operands that all consist of the same scalar.
  private mutating func movedScalar(
    _ op: MovementOp, _ operands: [ValueID], _ shape: Shape, _ scope: Int
  ) -> ValueID? {
    guard let scalar = scalar(operands[0]),
      operands.allSatisfy({ self.scalar($0) == scalar })
    else { return nil }
    // The canonical form itself must stay.
    if case .broadcast = op, operands[0] == scalar { return nil }
    return filled(scalar, shape, scope)
  }

  private mutating func transposed(
    _ x: ValueID, _ permutation: [Int], _ scope: Int
  ) -> ValueID? {
    let extents = shape(x)
    // Axes of extent 1 move nothing when they move.
    let long = permutation.filter { extents[$0] != 1 }
    if long == long.sorted() {
      return one(.movement(.reshape(permutation.map { extents[$0] })), [x], scope)
    }
    guard case (.transpose(let inner), let source)? = movement(x) else { return nil }
    let both = permutation.map { inner[$0] }
    return one(.movement(.transpose(permutation: both)), source, scope)
  }

  private mutating func broadcast(
    _ x: ValueID, _ target: Shape, _ axes: [Int], _ scope: Int
  ) -> ValueID? {
    if type(x).rank > 0, target.elementCount == shape(x).elementCount {
      return one(.movement(.reshape(target)), [x], scope)
    }
    guard case (.broadcast(_, let inner), let source)? = movement(x) else { return nil }
    return one(.movement(.broadcast(target, axes: inner.map { axes[$0] })), source, scope)
  }

  /// The slice that takes `extents` elements from `start` by `stride`.
  private mutating func sliced(
    _ x: ValueID, _ start: [Int], _ extents: Shape, _ stride: [Int], _ scope: Int
  ) -> ValueID? {
    guard !extents.contains(0) else { return nil }
    let last = start.indices.map { start[$0] + (extents[$0] - 1) * stride[$0] }
    switch movement(x) {
    case (.slice(let innerStart, _, let innerStride), let source)?:
      let first = start.indices.map { innerStart[$0] + start[$0] * innerStride[$0] }
      let end = start.indices.map { innerStart[$0] + last[$0] * innerStride[$0] + 1 }
      let steps = start.indices.map { stride[$0] * innerStride[$0] }
      return one(.movement(.slice(start: first, limit: end, stride: steps)), source, scope)
    case (.concatenate(let axis), let parts)?:
      var offset = 0
      for part in parts {
        let extent = shape(part)[axis]
        if start[axis] >= offset, last[axis] < offset + extent {
          var (first, end) = (start, last.map { $0 + 1 })
          first[axis] -= offset
          end[axis] -= offset
          return one(.movement(.slice(start: first, limit: end, stride: stride)), [part], scope)
        }
        offset += extent
      }
      return nil
    case (.reshape, _)?, (.transpose, _)?, (.broadcast, _)?, (.pad, _)?, (.reverse, _)?, nil:
      return nil
    }
  }

  private mutating func padded(
    _ x: ValueID, _ low: [Int], _ high: [Int], _ interior: [Int], _ target: Shape, _ scope: Int
  ) -> ValueID? {
    let onlyCuts = (low + high).allSatisfy { $0 <= 0 } && interior.allSatisfy { $0 == 0 }
    guard onlyCuts, !target.contains(0) else { return nil }
    let start = low.map { -$0 }
    let limit = zip(start, target).map { $0 + $1 }
    let slice = MovementOp.slice(start: start, limit: limit, stride: start.map { _ in 1 })
    return one(.movement(slice), [x], scope)
  }
}
