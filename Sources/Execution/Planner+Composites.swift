import CKernels
import Programs
import Tensors

extension Planner {
  /// A composite that has a kernel of its own; nil for those whose expansion is planned instead.
  ///
  /// Whether there is one depends on names, types and shapes only, so all plans agree.
  func composite(
    _ op: CompositeOp, _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView]? {
    guard types.allSatisfy({ $0.dtype == .float32 && $0.shape.elementCount > 0 }) else {
      return nil
    }
    switch op.known {
    case .softmax(let axis): return softmax(axis, operands, types)
    case .rmsNorm(let norm):
      return normalized(norm, .rmsNorm(epsilon: Float(norm.epsilon)), operands, types)
    case .layerNorm(let norm):
      return normalized(norm, .layerNorm(epsilon: Float(norm.epsilon)), operands, types)
    case .lstmCell: return lstmCell(operands, types)
    case .attention(let attributes): return attention(attributes, operands, types)
    case .complexAbs, .gradientClipping, nil: return nil
    }
  }

  private func softmax(
    _ axis: Int, _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView]? {
    guard axis == types[0].rank - 1, operands[0].dtype == .float32 else { return nil }
    let source = dense(operands[0])
    let target = result(types[0], of: [source])
    add(
      RowKernel(.softmax, source, to: target, length: types[0].shape[axis]), reads: [source],
      writes: [target], replaceable: isReplaceable(source, by: target) ? [source] : [])
    return [target]
  }

  private func normalized(
    _ norm: KnownComposite.NormalizationAttributes, _ function: RowKernel.Function,
    _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView]? {
    let shape = types[0].shape
    let axes = norm.axes
    guard axes == Array((shape.count - axes.count)..<shape.count), !axes.isEmpty,
      operands.allSatisfy({ $0.dtype == .float32 })
    else { return nil }
    let length = axes.map { shape[$0] }.reduce(1, *)
    let factors = operands.dropFirst().map { dense($0) }
    guard factors.allSatisfy({ $0.count == length }) else { return nil }
    let used = [norm.usesScale, norm.usesBias]
    guard factors.count == used.count(where: { $0 }) else { return nil }
    let source = dense(operands[0])
    let target = result(types[0], of: [source] + factors)
    let scale = norm.usesScale ? factors.first : nil
    let bias = norm.usesBias ? factors.last : nil
    add(
      RowKernel(function, source, scale: scale, bias: bias, to: target, length: length),
      reads: [source] + factors, writes: [target],
      replaceable: isReplaceable(source, by: target) ? [source] : [])
    return [target]
  }

  private func lstmCell(_ operands: [BufferView], _ types: [ValueType]) -> [BufferView]? {
    guard operands.count == 4, operands[0].dtype == .float32, types[0].rank == 2 else {
      return nil
    }
    var views = operands.map { dense($0) }
    var more: [BufferView] = []
    if let parts = addends(views[0]) {
      views[0] = parts.0
      more = [parts.1]
    }
    let targets = types.map { result($0, of: views) }
    add(
      LSTMKernel(views, adding: more.first, to: targets), reads: views + more, writes: targets)
    return targets
  }

  /// The two dense operands of the addition that computes a view in this block, if that is what
  /// computes it: then the reader may add, and the sum is dropped unless others want it.
  private func addends(_ sum: BufferView) -> (BufferView, BufferView)? {
    guard
      let kernel = blocks[block].tasks.last(where: { $0.writes.contains(sum.buffer) })?.kernel
        as? ChainKernel,
      kernel.chain.steps.count == 1
    else { return nil }
    let step = kernel.chain.steps[0]
    guard case .binary(.add) = step.op, step.result.buffer == sum.buffer, sum.offset == 0,
      sum.count == step.result.count,
      step.operands.allSatisfy({ $0.isDense && $0.dtype == .float32 && $0.count == sum.count })
    else { return nil }
    return (step.operands[0], step.operands[1])
  }

  private func attention(
    _ attributes: KnownComposite.AttentionAttributes, _ operands: [BufferView],
    _ types: [ValueType]
  ) -> [BufferView]? {
    guard let layout = AttentionLayout(attributes, operands, types) else { return nil }
    let mask = dense(operands[3])
    var views = Array(operands[..<3]) + [mask]
    if operands.count > 4 { views.append(dense(operands[4])) }
    let targets = types.map { result($0, of: views) }
    let parts = WorkerPool.partLimit
    let scratch = result(ValueType(.float32, [parts * layout.scratchCount]), of: views)
    add(
      AttentionKernel(layout, views, scratch: scratch, to: targets), reads: views,
      writes: targets, scratch: scratch)
    return targets
  }
}
