import Programs
import Tensors

extension Rewrite {
  /// Broadcasts, counts among them, of what has the rank of the result already, so that an elementwise operator can take the
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
    case .iota(let type, let axis):
      guard type.rank > 1 else { return nil }
      var thin: Shape = Array(repeating: 1, count: type.rank)
      thin[axis] = type.shape[axis]
      let line = operation.builder.iota(ValueType(type.dtype, [type.shape[axis]]), axis: 0)
      let places = line.reshaped(thin)
      guard thin != type.shape else { return [places] }
      return [places.broadcast(to: type.shape, axes: Array(type.shape.indices))]
    case .reduction(.reduce(_, let axes)): return axes.isEmpty ? [operation.operands[0]] : nil
    case .constant, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
      .movement, .reduction, .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
      return nil
    }
  }
}
