import Programs
import Tensors

extension Lowering {
  /// A composite that has a kernel of its own; nil for those whose expansion is lowered instead.
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
      return normalized(norm, operands, types[0]) { .rmsNorm($0) }
    case .layerNorm(let norm):
      return normalized(norm, operands, types[0]) { .layerNorm($0) }
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
    add(.rowwise(.softmax(length: types[0].shape[axis])), [source], [target])
    return [target]
  }

  private func normalized(
    _ norm: KnownComposite.NormalizationAttributes, _ operands: [BufferView], _ type: ValueType,
    _ function: (RowFunction.Normalization) -> RowFunction
  ) -> [BufferView]? {
    let shape = type.shape
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
    let target = result(type, of: [source] + factors)
    let attributes = RowFunction.Normalization(
      length: length, epsilon: Float(norm.epsilon), usesScale: norm.usesScale,
      usesBias: norm.usesBias)
    add(.rowwise(function(attributes)), [source] + factors, [target])
    return [target]
  }

  private func lstmCell(_ operands: [BufferView], _ types: [ValueType]) -> [BufferView]? {
    guard operands.count == 4, operands[0].dtype == .float32, types[0].rank == 2 else {
      return nil
    }
    let views = operands.map { dense($0) }
    let targets = types.map { result($0, of: views) }
    add(.lstmCell, views, targets)
    return targets
  }

  private func attention(
    _ attributes: KnownComposite.AttentionAttributes, _ operands: [BufferView],
    _ types: [ValueType]
  ) -> [BufferView]? {
    guard let layout = AttentionLayout(attributes, operands) else { return nil }
    var views = Array(operands[..<3]) + [dense(operands[3])]
    if operands.count > 4 { views.append(dense(operands[4])) }
    let targets = types.map { result($0, of: views) }
    let count = WorkerPool.partLimit * layout.scratchCount
    let scratch = result(ValueType(.float32, [count]), of: views)
    add(.attention(attributes), views, targets, scratch: [scratch])
    return targets
  }
}
