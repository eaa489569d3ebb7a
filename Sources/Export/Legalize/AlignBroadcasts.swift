import Programs
import Tensors

extension Rewrite {
  /// Broadcasts of what has the rank of the result already, so that an elementwise operator can take the
  /// operand of the broadcast and stretch it itself; reductions of no axis are nothing, and arrays without elements constants.
  static let alignBroadcasts = Rewrite(name: "broadcasts") { operation in
    if !operation.results.isEmpty, operation.results.allSatisfy({ $0.shape.contains(0) }) {
      return operation.results.map { operation.builder.constant(Tensor(zeros: $0.shape, $0.dtype)) }
    }
    switch operation.op {
    case .movement(.broadcast(let shape, let axes)):
      let x = operation.operands[0]
      guard axes.count < shape.count else { return x.shape == shape ? [x] : nil }
      var thin: Shape = Array(repeating: 1, count: shape.count)
      for (axis, place) in axes.enumerated() { thin[place] = x.shape[axis] }
      let reshaped = x.reshaped(thin)
      guard thin != shape else { return [reshaped] }
      return [reshaped.broadcast(to: shape, axes: Array(shape.indices))]
    case .reduction(.reduce(_, let axes)): return axes.isEmpty ? [operation.operands[0]] : nil
    case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
      .movement, .reduction, .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
      return nil
    }
  }
}
