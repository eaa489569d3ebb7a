import Tensors

extension Op {
  /// The types that the results were most likely meant to have, for operands that do not fit: layer
  /// code that looks at shapes goes on with them, so that one mistake makes one error and no trap.
  func likelyTypes(_ operands: [ValueType]) -> [ValueType] {
    let first = operands.first ?? ValueType(.float32, [])
    switch self {
    case .constant, .iota: return [ValueType(first.dtype, [])]
    case .convert(let dtype), .bitcast(let dtype): return [ValueType(dtype, first.shape)]
    case .random(let op):
      let positions = operands.last?.shape ?? []
      return [ValueType(.uint32, positions + [Swift.max(op.count, 0)])]
    case .unary(.isFinite), .compare: return [ValueType(.bool, first.shape)]
    case .unary, .binary, .stopGradient: return [first]
    case .select: return [operands.count > 1 ? operands[1] : first]
    case .movement(let op): return [op.likelyType(first)]
    case .reduction(let op): return op.likelyTypes(first)
    case .contraction(let op): return [op.likelyType(operands)]
    case .indexing(let op): return [op.likelyType(operands, first)]
    case .fft(let op):
      var type = first
      if case .realInverse(let length) = op, let last = type.shape.indices.last {
        type.shape[last] = Swift.max(length, 0)
      }
      return Array(repeating: type, count: resultCount)
    case .loop(let loop):
      return loop.body.outputTypes.enumerated().map { index, type in
        guard index >= loop.carriedCount else { return type }
        var stacked = type
        let axis = Swift.min(Swift.max(loop.axis, 0), type.rank)
        stacked.shape.insert(Swift.max(loop.tripCount, 0), at: axis)
        return stacked
      }
    case .composite(let composite): return composite.body.outputTypes
    }
  }
}

extension MovementOp {
  fileprivate func likelyType(_ first: ValueType) -> ValueType {
    switch self {
    case .reshape(let shape), .broadcast(let shape, _):
      let type = ValueType(first.dtype, shape)
      return (try? expectPossible(type)) == nil ? first : type
    case .transpose, .slice, .pad, .reverse, .concatenate: return first
    }
  }
}

extension ReductionOp {
  fileprivate func likelyTypes(_ first: ValueType) -> [ValueType] {
    func removing(_ axes: [Int]) -> Shape {
      first.shape.indices.filter { !axes.contains($0) }.map { first.shape[$0] }
    }
    switch self {
    case .reduce(_, let axes): return [ValueType(first.dtype, removing(axes))]
    case .argReduce(_, let axis): return [ValueType(.int32, removing([axis]))]
    case .cumulative, .reduceWindow: return [first]
    case .sort: return [first, ValueType(.int32, first.shape)]
    }
  }
}

extension ContractionOp {
  fileprivate func likelyType(_ operands: [ValueType]) -> ValueType {
    guard operands.count == 2 else { return operands.first ?? ValueType(.float32, []) }
    let (left, right) = (operands[0].shape, operands[1].shape)
    var shape: Shape
    switch self {
    case .dot(let dimensions):
      let leftBound = dimensions.leftBatch + dimensions.leftContracting
      let rightBound = dimensions.rightBatch + dimensions.rightContracting
      shape = dimensions.leftBatch.filter { left.indices.contains($0) }.map { left[$0] }
      shape += left.indices.filter { !leftBound.contains($0) }.map { left[$0] }
      shape += right.indices.filter { !rightBound.contains($0) }.map { right[$0] }
    case .convolution:
      shape = left
      if let outputs = right.last, let last = shape.indices.last { shape[last] = outputs }
    }
    return ValueType(operands[0].dtype, shape)
  }
}

extension IndexingOp {
  fileprivate func likelyType(_ operands: [ValueType], _ first: ValueType) -> ValueType {
    var type = first
    switch self {
    case .gather(let axis, let batchAxes, _):
      guard operands.count == 2, type.shape.indices.contains(axis) else { return first }
      let rest = operands[1].shape.dropFirst(Swift.max(batchAxes, 0))
      type.shape.replaceSubrange(axis...axis, with: rest)
    case .dynamicSlice(let axis, let size):
      if type.shape.indices.contains(axis) { type.shape[axis] = Swift.max(size, 0) }
    case .scatterAdd, .dynamicUpdate: break
    }
    return type
  }
}
