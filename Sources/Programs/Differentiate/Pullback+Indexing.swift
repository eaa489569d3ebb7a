import Tensors

extension Pullback {
  func indexing(_ op: IndexingOp, _ g: Value) {
    switch op {
    case .gather(let axis, let batchAxes, let rule): gather(axis, batchAxes, rule, g)
    case .scatterAdd(let axis, let batchAxes):
      contribute(to: 0, g)
      contribute(
        to: 2, g.gathered(operand(1), axis: axis, batchAxes: batchAxes, outOfRange: .zero))
    case .dynamicSlice(let axis, _):
      contribute(to: 0, zeros(0).dynamicUpdate(g, start: operand(1), axis: axis))
    case .dynamicUpdate(let axis):
      contribute(to: 0, g.dynamicUpdate(zeros(1), start: operand(2), axis: axis))
      let size = type(1).shape[axis]
      contribute(to: 1, g.dynamicSlice(start: operand(2), axis: axis, size: size))
    }
  }

  private func gather(_ axis: Int, _ batchAxes: Int, _ rule: OutOfRangeRule, _ g: Value) {
    guard isWanted[0] else { return }
    let gradient = GatherGradient(
      table: type(0), axis: axis, batchAxes: batchAxes, outOfRange: rule)
    let isDeferred = axis == 0 && batchAxes == 0 && defers(.gather(gradient), of: 0, with: 1, g)
    guard !isDeferred else { return }
    contribute(to: 0, gradient.ofTable(g, indices: operand(1)))
  }
}

/// The gradient of a gather's data.
struct GatherGradient {
  let table: ValueType
  let axis: Int
  let batchAxes: Int
  let outOfRange: OutOfRangeRule

  /// Adds the cotangents to zeros at the indices that were really read.
  func ofTable(_ g: Value, indices: Value) -> Value {
    g.builder.full(0, table)
      .scatterAdding(g, at: read(indices), axis: axis, batchAxes: batchAxes)
  }

  private func read(_ indices: Value) -> Value {
    switch outOfRange {
    case .nan, .zero: return indices
    case .clamp:
      let last = Double(max(table.shape[axis] - 1, 0))
      return indices.binary(.max, 0).binary(.min, last)
    }
  }
}
