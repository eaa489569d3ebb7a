import Tensors

extension Pullback {
  func movement(_ op: MovementOp, _ g: Value) {
    switch op {
    case .reshape: contribute(to: 0, g.reshaped(type(0).shape))
    case .transpose(let permutation):
      contribute(
        to: 0,
        g.transposed(
          permutation.indices.map { axis in
            permutation.firstIndex(of: axis) ?? axis
          }))
    case .broadcast(_, let axes): contribute(to: 0, unbroadcast(g, axes))
    case .slice(let start, _, let stride): slice(g, start, stride)
    case .pad(let low, let high, let interior): pad(g, low, high, interior)
    case .reverse(let axes): contribute(to: 0, g.reversed(axes: axes))
    case .concatenate(let axis): concatenate(g, axis)
    }
  }

  /// Sums over the axes that were added or stretched.
  private func unbroadcast(_ g: Value, _ axes: [Int]) -> Value {
    let shape = type(0).shape
    let summed = g.shape.indices.filter { axis in
      guard let source = axes.firstIndex(of: axis) else { return true }
      return shape[source] == 1 && g.shape[axis] != 1
    }
    let folded = summed.isEmpty ? g : g.reduced(.sum, axes: summed)
    return folded.reshaped(shape)
  }

  private func slice(_ g: Value, _ start: [Int], _ stride: [Int]) {
    let shape = type(0).shape
    let cut = shape.indices.filter { g.shape[$0] != shape[$0] }
    if stride.allSatisfy({ $0 == 1 }), cut.count == 1 {
      return contribute(to: 0, axis: cut[0], start: start[cut[0]], g)
    }
    let interior = stride.map { $0 - 1 }
    let high = shape.indices.map { axis in
      let taken = Self.stuffed(g.shape[axis], interior[axis])
      return shape[axis] - start[axis] - taken
    }
    contribute(to: 0, g.padded(low: start, high: high, interior: interior))
  }

  /// The extent after `interior` elements are put between neighbours.
  static func stuffed(_ extent: Int, _ interior: Int) -> Int {
    extent + max(extent - 1, 0) * interior
  }

  private func pad(_ g: Value, _ low: [Int], _ high: [Int], _ interior: [Int]) {
    if isWanted[0] {
      let cut = g.padded(low: low.map { -$0 }, high: high.map { -$0 })
      let start: [Int] = Array(repeating: 0, count: cut.rank)
      let stride = interior.map { $0 + 1 }
      let isStrided = stride.contains { $0 != 1 }
      let op = MovementOp.slice(start: start, limit: cut.shape, stride: stride)
      contribute(to: 0, isStrided ? builder.append(.movement(op), [cut])[0] : cut)
    }
    if isWanted[1] {
      let isValue = builder.full(0, ValueType(.bool, type(0).shape))
      let isFiller = isValue.padded(low: low, high: high, interior: interior, value: 1)
      let filled = isFiller.select(g, builder.full(0, g.type))
      contribute(to: 1, filled.reduced(.sum, axes: Array(0..<g.rank)))
    }
  }

  private func concatenate(_ g: Value, _ axis: Int) {
    var start = 0
    for index in instruction.operands.indices {
      let end = start + type(index).shape[axis]
      contribute(to: index, g.sliced(axis: axis, from: start, to: end))
      start = end
    }
  }
}
