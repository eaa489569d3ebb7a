import Programs
import Tensors

extension Planner {
  /// Plans a reduction, scan, window fold or sort.
  func reduced(_ op: ReductionOp, _ operand: BufferView, _ types: [ValueType]) -> [BufferView] {
    switch op {
    case .reduce(let kind, let axes): return [folded(kind, axes, operand, types[0])]
    case .argReduce(let kind, let axis):
      let source = dense(operand)
      let target = result(types[0], of: [source])
      add(
        ArgReduceKernel(kind, from: source, to: target, axis: axis), reads: [source],
        writes: [target])
      return [target]
    case .cumulative(let kind, let axis, let reverse):
      let source = dense(operand)
      let target = result(types[0], of: [source])
      add(
        CumulativeKernel(kind, reverse: reverse, from: source, to: target, axis: axis),
        reads: [source], writes: [target])
      return [target]
    case .reduceWindow(let kind, let window):
      let source = dense(operand)
      let target = result(types[0], of: [source])
      add(
        ReduceWindowKernel(kind, window, from: source, to: target), reads: [source],
        writes: [target])
      return [target]
    case .sort(let axis, let descending):
      let source = dense(operand)
      let targets = types.map { result($0, of: [source]) }
      let scratch = result(ValueType(.int32, [source.shape[axis]]), of: [source])
      add(
        SortKernel(
          descending: descending, from: source, to: targets[0], origins: targets[1],
          scratch: scratch, axis: axis),
        reads: [source], writes: targets + [scratch])
      return targets
    }
  }

  private func folded(
    _ kind: ReductionKind, _ axes: [Int], _ operand: BufferView, _ type: ValueType
  ) -> BufferView {
    var source = operand
    // Axes that stand together are folded where they lie, others are moved to the end first.
    let isRun = zip(axes, axes.dropFirst()).allSatisfy { $1 == $0 + 1 }
    if !isRun { source = source.transposed(source.axes(except: axes) + axes) }
    source = dense(source)
    let first = isRun ? (axes.first ?? source.shape.count) : source.shape.count - axes.count
    let last = first + axes.count
    let target = result(type, of: [source])
    guard target.count > 0 else { return target }
    add(
      ReduceKernel(
        kind, from: source, to: target, outer: source.shape[..<first].reduce(1, *),
        count: source.shape[first..<last].reduce(1, *),
        inner: source.shape[last...].reduce(1, *)),
      reads: [source], writes: [target])
    return target
  }

  /// Plans a read or write at computed positions; operands are dense.
  func indexed(
    _ op: IndexingOp, _ operands: [BufferView], _ type: ValueType
  ) -> BufferView {
    let target = result(type, of: operands)
    guard target.count > 0 else { return target }
    let kernel: Kernel
    var replaceable: [BufferView] = []
    switch op {
    case .gather(let axis, let batchAxes, let rule):
      let extents = GatherExtents(
        operands[0].shape, operands[1].shape, axis: axis, batchAxes: batchAxes)
      kernel = GatherKernel(extents, rule, operands[0], operands[1], to: target)
    case .scatterAdd(let axis, let batchAxes):
      let extents = GatherExtents(
        operands[0].shape, operands[1].shape, axis: axis, batchAxes: batchAxes)
      kernel = ScatterAddKernel(extents, operands[0], operands[1], operands[2], to: target)
      replaceable = [operands[0]]
    case .dynamicSlice(let axis, _):
      kernel = DynamicSliceKernel(operands[0], start: operands[1], to: target, axis: axis)
    case .dynamicUpdate(let axis):
      kernel = DynamicUpdateKernel(
        operands[0], update: operands[1], start: operands[2], to: target, axis: axis)
      replaceable = [operands[0]]
    }
    // Positions and updates are read while the result is written.
    let isReadOtherwise = operands.dropFirst().contains { $0.buffer == operands[0].buffer }
    if isReadOtherwise { replaceable = [] }
    add(
      kernel, reads: operands, writes: [target],
      replaceable: replaceable.filter { isReplaceable($0, by: target) })
    return target
  }

  /// Plans a sum of products.
  func contracted(
    _ op: ContractionOp, _ left: BufferView, _ right: BufferView, _ type: ValueType
  ) -> BufferView {
    if type.dtype == .bfloat16 || type.dtype == .float16 {
      // Exact in single precision, summed there and rounded once.
      let wide = [left, right].map { operand in
        pointwise(.convert, [operand], ValueType(.float32, operand.shape))
      }
      let sums = contracted(op, wide[0], wide[1], ValueType(.float32, type.shape))
      return pointwise(.convert, [sums], type)
    }
    switch op {
    case .dot(let dimensions):
      if left.dtype == .float32, type.shape.elementCount > 0 {
        return product(dimensions, left, right, type)
      }
      let target = result(type, of: [left, right])
      guard target.count > 0 else { return target }
      add(
        DotKernel(dimensions, left, right, to: target), reads: [left, right], writes: [target])
      return target
    case .convolution(let dimensions):
      if left.dtype == .float32, type.shape.elementCount > 0,
        let target = convolved(dimensions, left, right, type)
      {
        return target
      }
      let (input, kernel) = (dense(left), dense(right))
      let target = result(type, of: [input, kernel])
      guard target.count > 0 else { return target }
      add(
        ConvolutionKernel(dimensions, input, kernel, to: target), reads: [input, kernel],
        writes: [target])
      return target
    }
  }
}
