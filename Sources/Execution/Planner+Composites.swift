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
    switch op.name {
    case "softmax": return softmax(op, operands, types)
    case "rmsNorm", "layerNorm": return normalized(op, operands, types)
    case "lstmCell": return lstmCell(operands, types)
    case "attention": return attention(op, operands, types)
    default: return nil
    }
  }

  private func softmax(
    _ op: CompositeOp, _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView]? {
    guard case .int(let axis) = op.attributes["axis"], axis == types[0].rank - 1,
      operands[0].dtype == .float32
    else { return nil }
    let source = dense(operands[0])
    let target = result(types[0], of: [source])
    add(
      RowKernel(.softmax, source, to: target, length: types[0].shape[axis]), reads: [source],
      writes: [target], replaceable: isReplaceable(source, by: target) ? [source] : [])
    return [target]
  }

  private func normalized(
    _ op: CompositeOp, _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView]? {
    let shape = types[0].shape
    guard case .ints(let axes) = op.attributes["axes"],
      case .double(let epsilon) = op.attributes["epsilon"],
      axes == Array((shape.count - axes.count)..<shape.count), !axes.isEmpty,
      operands.allSatisfy({ $0.dtype == .float32 })
    else { return nil }
    let length = axes.map { shape[$0] }.reduce(1, *)
    let factors = operands.dropFirst().map { dense($0) }
    guard factors.allSatisfy({ $0.count == length }) else { return nil }
    var flags: [Bool] = []
    for name in ["useScale", "useBias"] {
      if case .bool(true) = op.attributes[name] { flags.append(true) } else { flags.append(false) }
    }
    guard factors.count == flags.count(where: { $0 }) else { return nil }
    let source = dense(operands[0])
    let target = result(types[0], of: [source] + factors)
    let scale = flags[0] ? factors.first : nil
    let bias = flags[1] ? factors.last : nil
    let function: RowKernel.Function =
      op.name == "rmsNorm"
      ? .rmsNorm(epsilon: Float(epsilon)) : .layerNorm(epsilon: Float(epsilon))
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
    let views = operands.map { dense($0) }
    let targets = types.map { result($0, of: views) }
    add(LSTMKernel(views, to: targets), reads: views, writes: targets)
    return targets
  }

  private func attention(
    _ op: CompositeOp, _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView]? {
    guard let layout = AttentionLayout(op, operands, types) else { return nil }
    let mask = dense(operands[3])
    var views = Array(operands[..<3]) + [mask]
    if operands.count > 4 { views.append(dense(operands[4])) }
    let targets = types.map { result($0, of: views) }
    let parts = WorkerPool.partLimit
    let scratch = result(ValueType(.float32, [parts * layout.scratchCount]), of: views)
    add(
      AttentionKernel(layout, views, scratch: scratch, to: targets), reads: views,
      writes: targets + [scratch])
    return targets
  }
}
