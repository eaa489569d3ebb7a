import Tensors

extension Simplifier {
  /// Rules for unary, binary, compare and select.
  mutating func elementwise(_ op: Op, _ operands: [ValueID], _ scope: Int) -> ValueID? {
    if let decided = decided(op, operands, scope) { return decided }
    guard type(operands[0]).rank > 0 else { return nil }
    let scalars = operands.compactMap { scalar($0) }
    guard scalars.count == operands.count else { return nil }
    return filled(one(op, scalars, scope), shape(operands[0]), scope)
  }

  private mutating func decided(_ op: Op, _ operands: [ValueID], _ scope: Int) -> ValueID? {
    switch op {
    case .unary(.not):
      if let definition = definition(operands[0]), case .unary(.not) = definition.op {
        return definition.operands[0]
      }
      return nil
    case .binary(let binary): return logic(binary, operands[0], operands[1])
    case .select: return choice(operands, scope)
    case .constant, .iota, .convert, .bitcast, .random, .unary, .compare, .movement, .reduction,
      .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
      return nil
    }
  }

  /// Lattice laws of bools and integers, which hold for every bit.
  private func logic(_ op: BinaryOp, _ a: ValueID, _ b: ValueID) -> ValueID? {
    guard !type(a).dtype.isFloating else { return nil }
    switch op {
    case .and, .or, .min, .max: if a == b { return a }
    case .add, .sub, .mul, .div, .rem, .pow, .xor, .shl, .shr: return nil
    }
    guard type(a).dtype == .bool else { return nil }
    let absorbing: Double = op == .and || op == .min ? 0 : 1
    if let known = uniform(a) { return known == absorbing ? a : b }
    if let known = uniform(b) { return known == absorbing ? b : a }
    return nil
  }

  private mutating func choice(_ operands: [ValueID], _ scope: Int) -> ValueID? {
    let (condition, a, b) = (operands[0], operands[1], operands[2])
    if a == b { return a }
    if let known = uniform(condition) { return known == 0 ? b : a }
    if let definition = definition(condition), case .unary(.not) = definition.op {
      return one(.select, [definition.operands[0], b, a], scope)
    }
    return nil
  }

  // MARK: Reductions and indexing

  /// Folds of equal or single elements by functions that give the element back.
  mutating func reduced(_ op: ReductionOp, _ x: ValueID, _ scope: Int) -> ValueID? {
    let type = type(x)
    switch op {
    case .reduce(let kind, let axes):
      let kept = type.shape.indices.filter { !axes.contains($0) }.map { type.shape[$0] }
      let extents = axes.map { type.shape[$0] }
      // 0 + -0 is +0, so a float sum of one element is not always that element.
      if extents.allSatisfy({ $0 == 1 }), kind != .sum || !type.dtype.isFloating {
        return one(.movement(.reshape(kept)), [x], scope)
      }
      guard kind.isIdempotent, !extents.contains(0), let scalar = scalar(x) else { return nil }
      return filled(scalar, kept, scope)
    case .cumulative(let kind, _, _):
      return kind.isIdempotent && scalar(x) != nil ? x : nil
    case .argReduce, .reduceWindow, .sort: return nil
    }
  }

  mutating func indexed(_ op: IndexingOp, _ operands: [ValueID], _ scope: Int) -> ValueID? {
    let data = type(operands[0])
    switch op {
    case .dynamicSlice(let axis, let size):
      guard let start = uniform(operands[1]) else { return nil }
      let inside = max(0, min(Int(start), data.shape[axis] - size))
      var (starts, limits) = (data.shape.map { _ in 0 }, data.shape)
      starts[axis] = inside
      limits[axis] = inside + size
      let slice = MovementOp.slice(
        start: starts, limit: limits, stride: data.shape.map { _ in 1 })
      return one(.movement(slice), [operands[0]], scope)
    case .gather(let axis, let batchAxes, .clamp):
      guard data.shape[axis] > 0, data.rank > 0, let scalar = scalar(operands[0]) else {
        return nil
      }
      let rest = Array(shape(operands[1])[batchAxes...])
      let target = Array(data.shape[..<axis]) + rest + Array(data.shape[(axis + 1)...])
      return filled(scalar, target, scope)
    case .dynamicUpdate:
      return shape(operands[1]) == data.shape ? operands[1] : nil
    case .gather, .scatterAdd: return nil
    }
  }
}

extension ReductionKind {
  /// Whether folding an element with itself gives the element.
  fileprivate var isIdempotent: Bool {
    switch self {
    case .max, .min, .and, .or: true
    case .sum, .prod: false
    }
  }
}
