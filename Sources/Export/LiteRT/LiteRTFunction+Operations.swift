import Programs
import Tensors

extension LiteRTFunction {
  /// Writes an operation, or keeps it until it is needed.
  func write(_ instruction: Instruction) throws(ExportError) {
    let (x, results) = (instruction.operands, instruction.results)
    let (op, type) = (instruction.op, self[results[0]])
    switch op {
    case .constant(let tensor): define(results[0], constant: tensor)
    case .stopGradient: define(results[0], as: x[0])
    case .convert(let dtype): try convert(x[0], dtype, results[0])
    case .bitcast: define(results[0], try add(.bitcast, [try tensor(x[0])], type))
    case .unary(let function):
      let dtype = self[x[0]].dtype
      guard let op = LiteRTOperator.unary(function, dtype) else {
        throw unsupported(function.rawValue, self[x[0]])
      }
      define(results[0], try add(op, [try tensor(x[0])], type))
    case .binary(let function): try binary(function, x, results[0])
    case .compare(let function):
      let tensors = try elementwise(x, type.shape)
      define(results[0], try add(.compare(function), tensors, type))
    case .select: define(results[0], try add(.select, try elementwise(x, type.shape), type))
    case .movement(let movement): try move(movement, x, results[0])
    case .reduction(let reduction): try reduce(reduction, x[0], results)
    case .contraction(.dot): define(results[0], try dot(x[0], x[1], type))
    case .contraction(.convolution(let dimensions)):
      define(results[0], try convolution(dimensions, x[0], x[1], type))
    case .indexing(let indexing): define(results[0], try index(indexing, x, type))
    case .loop(let loop): try write(loop, x, results)
    case .composite(let composite): try write(composite, x[0], results[0])
    case .iota, .random, .fft: throw unsupported(op.name, type)
    }
  }

  private func write(
    _ composite: CompositeOp, _ x: ValueID, _ result: ValueID
  ) throws(ExportError) {
    guard let known = composite.known else { throw unsupported(composite.name, self[x]) }
    switch known {
    case .softmax: define(result, try add(.softmax, [try tensor(x)], self[result]))
    case .rmsNorm, .layerNorm, .lstmCell, .attention, .complexAbs, .gradientClipping:
      throw unsupported(composite.name, self[x])
    }
  }

  private func convert(
    _ x: ValueID, _ dtype: DType, _ result: ValueID
  ) throws(ExportError) {
    let source = self[x]
    guard source.dtype != dtype else { return define(result, as: x) }
    let op = LiteRTOperator.cast(
      from: try code(source.dtype, "convert"), to: try code(dtype, "convert"))
    define(result, try add(op, [try tensor(x)], self[result]))
  }

  private func binary(
    _ function: BinaryOp, _ operands: [ValueID], _ result: ValueID
  ) throws(ExportError) {
    let type = self[result]
    guard let op = LiteRTOperator.binary(function, type.dtype) else {
      throw unsupported(function.rawValue, type)
    }
    var x = operands
    // NaN is kept where it is the second operand.
    if function == .max || function == .min, isStretchedOrConstant(x[1]) { x.reverse() }
    define(result, try add(op, try elementwise(x, type.shape), type))
  }

  private func move(
    _ movement: MovementOp, _ x: [ValueID], _ result: ValueID
  ) throws(ExportError) {
    let type = self[result]
    switch movement {
    case .reshape(let shape):
      var source = try tensor(x[0])
      if uses.needsCopy(reshaping: x[0], to: result) {
        let whole = self[x[0]]
        let start = numbers(whole.shape.map { _ in 0 })
        source = try add(.slice, [source, start, numbers(whole.shape)], whole)
      }
      define(result, try add(.reshape, [source, numbers(shape)], type))
    case .transpose(let permutation):
      define(result, try add(.transpose, [try tensor(x[0]), numbers(permutation)], type))
    case .broadcast: define(result, broadcastOf: x[0])
    case .slice(let start, let limit, let stride):
      let source = try tensor(x[0])
      let isDense = stride.allSatisfy { $0 == 1 }
      define(
        result,
        isDense
          ? try add(.slice, [source, numbers(start), numbers(type.shape)], type)
          : try add(.stridedSlice, [source, numbers(start), numbers(limit), numbers(stride)], type))
    case .pad(let low, let high, _):
      let edges = numbers(zip(low, high).flatMap { [$0, $1] }, shape: [low.count, 2])
      define(result, try add(.pad, [try tensor(x[0]), edges, try tensor(x[1])], type))
    case .reverse(let axes):
      var y = try tensor(x[0])
      for axis in axes { y = try add(.reverse, [y, numbers([axis])], type) }
      define(result, y)
    case .concatenate(let axis):
      var parts: [Int] = []
      for part in x where self[part].shape[axis] > 0 { parts.append(try tensor(part)) }
      define(result, try add(.concatenation(axis: axis), parts, type))
    }
  }

  private func reduce(
    _ reduction: ReductionOp, _ x: ValueID, _ results: [ValueID]
  ) throws(ExportError) {
    let type = self[results[0]]
    let source = try tensor(x)
    switch reduction {
    case .reduce(let kind, let axes):
      define(results[0], try add(.reduce(kind), [source, numbers(axes)], type))
    case .argReduce(let kind, let axis):
      let op = LiteRTOperator.argReduce(isMax: kind == .max)
      define(results[0], try add(op, [source, number(axis)], type))
    case .cumulative(let kind, let axis, let reverse):
      guard kind == .sum else { throw unsupported("cumulative", type) }
      let op = LiteRTOperator.cumulativeSum(reverse: reverse)
      define(results[0], try add(op, [source, number(axis)], type))
    case .sort(let axis, let descending):
      guard descending, axis == type.rank - 1 else { throw unsupported("sort", type) }
      let tensors = try add(
        .topK, [source, number(type.shape[axis])], results.map { self[$0] })
      for (id, tensor) in zip(results, tensors) { define(id, tensor) }
    case .reduceWindow: throw unsupported("reduceWindow", type)
    }
  }

  private func index(
    _ op: IndexingOp, _ x: [ValueID], _ type: ValueType
  ) throws(ExportError) -> Int {
    switch op {
    case .gather(let axis, let batchAxes, _):
      let op = LiteRTOperator.gather(axis: axis, batchAxes: batchAxes)
      let table =
        if batchAxes == 0, let table = constant(x[0]), axis < table.rank - 1 {
          try addWeights(table, channels: table.rank - 1)
        } else { try tensor(x[0]) }
      return try add(op, [table, try tensor(x[1])], type)
    case .scatterAdd:
      let count = self[x[1]].shape.elementCount
      let places = try add(
        .reshape, [try tensor(x[1]), numbers([count, 1])], ValueType(.int32, [count, 1]))
      let sums = try add(.scatter, [places, try tensor(x[2]), numbers(type.shape)], type)
      return try add(.add, [try tensor(x[0]), sums], type)
    case .dynamicSlice, .dynamicUpdate: throw unsupported(op.name, type)
    }
  }
}
