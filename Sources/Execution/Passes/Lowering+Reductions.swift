import Programs
import Tensors

extension Lowering {
  /// Lowers a reduction, scan, window fold or sort.
  func reduced(_ op: ReductionOp, _ operand: BufferView, _ types: [ValueType]) -> [BufferView] {
    switch op {
    case .reduce(let kind, let axes): return [folded(kind, axes, operand, types[0])]
    case .argReduce, .cumulative, .reduceWindow:
      let source = dense(operand)
      let target = result(types[0], of: [source])
      add(.generic(.reduction(op)), [source], [target])
      return [target]
    case .sort(let axis, _):
      let source = dense(operand)
      let targets = types.map { result($0, of: [source]) }
      let scratch = result(ValueType(.int32, [source.shape[axis]]), of: [source])
      add(.generic(.reduction(op)), [source], targets, scratch: [scratch])
      return targets
    }
  }

  private func folded(
    _ kind: ReductionKind, _ axes: [Int], _ operand: BufferView, _ type: ValueType
  ) -> BufferView {
    var (source, axes) = (operand, axes)
    // Neighbouring axes are folded where they lie, others are moved to the end first.
    if !zip(axes, axes.dropFirst()).allSatisfy({ $1 == $0 + 1 }) {
      source = source.transposed(source.axes(except: axes) + axes)
      axes = Array((source.shape.count - axes.count)..<source.shape.count)
    }
    source = dense(source)
    let target = result(type, of: [source])
    guard target.count > 0 else { return target }
    add(.generic(.reduction(.reduce(kind, axes: axes))), [source], [target])
    return target
  }

  /// Lowers a read or write at computed positions; operands are dense.
  func indexed(
    _ op: IndexingOp, _ operands: [BufferView], _ type: ValueType
  ) -> BufferView {
    let target = result(type, of: operands)
    if target.count > 0 { add(.generic(.indexing(op)), operands, [target]) }
    return target
  }

  /// Lowers Fourier transforms.
  func transformed(
    _ op: FFTOp, _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView] {
    let inputs = operands.map { dense($0) }
    let targets = types.map { result($0, of: inputs) }
    guard targets.allSatisfy({ $0.count > 0 }) else { return targets }
    guard inputs[0].dtype == .float32, op.length(of: inputs[0].shape) > 0 else {
      add(.generic(.fft(op)), inputs, targets)
      return targets
    }
    let transform = FourierTransform(op, inputs[0].shape)
    let count = transform.scratchCount * WorkerPool.partLimit
    let scratch = result(ValueType(.float32, [count]), of: inputs)
    add(.rowwise(.fourier(op)), inputs, targets, scratch: [scratch])
    return targets
  }
}
