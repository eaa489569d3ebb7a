import Programs
import Tensors

/// Operators that fold axes away.
enum Reductions {
  static let rows = OperatorTable.single([
    "ReduceSum": reduction { $0.reduced(.sum, axes: $1, keepingAxes: true) },
    "ReduceProd": reduction { $0.reduced(.prod, axes: $1, keepingAxes: true) },
    "ReduceMax": reduction { $0.reduced(.max, axes: $1, keepingAxes: true) },
    "ReduceMin": reduction { $0.reduced(.min, axes: $1, keepingAxes: true) },
    "ReduceMean": reduction { $0.mean($1) },
    "ReduceL1": reduction { $0.unary(.abs).reduced(.sum, axes: $1, keepingAxes: true) },
    "ReduceL2": reduction { ($0 * $0).reduced(.sum, axes: $1, keepingAxes: true).unary(.sqrt) },
    "ReduceSumSquare": reduction { ($0 * $0).reduced(.sum, axes: $1, keepingAxes: true) },
    "ReduceLogSum": reduction { $0.reduced(.sum, axes: $1, keepingAxes: true).unary(.log) },
    "ReduceLogSumExp": reduction { x, axes in
      let top = x.reduced(.max, axes: axes, keepingAxes: true)
      let safe = top.unary(.isFinite).select(top, top.builder.full(0, top.type))
      return (x - safe).unary(.exp).reduced(.sum, axes: axes, keepingAxes: true).unary(.log) + safe
    },
    "GlobalAveragePool": { call in
      let x = try call.value(0)
      return x.mean(Array(2..<max(2, x.rank)))
    },
    "GlobalMaxPool": { call in
      let x = try call.value(0)
      return x.reduced(.max, axes: Array(2..<max(2, x.rank)), keepingAxes: true)
    },
  ])

  /// `body` gives the result with the axes kept.
  private static func reduction(
    _ body: @escaping @Sendable (Value, [Int]) -> Value
  ) -> OperatorTable.Lowering {
    { call in
      let x = try call.value(0)
      let given = try call.integers(1, "axes") ?? []
      if given.isEmpty, call.flag("noop_with_empty_axes") {
        return body(x, [])
      }
      let axes = try given.isEmpty ? Array(0..<x.rank) : call.axes(given, rank: x.rank)
      let kept = body(x, axes)
      guard call.int("keepdims", 1) == 0 else { return kept }
      return kept.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
    }
  }
}

extension Value {
  /// The mean over axes, which stay with extent 1; of whole numbers cut to one.
  func mean(_ axes: [Int]) -> Value {
    let count = axes.map { shape[$0] }.elementCount
    return reduced(.sum, axes: axes, keepingAxes: true).binary(.div, Double(max(count, 1)))
  }
}
