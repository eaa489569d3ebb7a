import Programs
import Tensors

extension Planner {
  /// Plans an elementwise operation.
  func pointwise(
    _ op: PointwiseOp, _ operands: [BufferView], _ type: ValueType
  ) -> BufferView {
    let target = result(type, of: operands)
    guard target.count > 0 else { return target }
    if let chain = PointwiseChain(.init(op: op, operands: operands, result: target)) {
      add(ChainKernel(chain), reads: operands, writes: [target])
      return target
    }
    let replaceable = operands.filter { operand in
      isReplaceable(operand, by: target)
        && operands.allSatisfy { other in
          other.buffer != operand.buffer || other == operand
        }
    }
    add(
      PointwiseKernel(op, operands, to: target), reads: operands, writes: [target],
      replaceable: replaceable)
    return target
  }

  /// Whether element i of the operand stands where element i of the result would.
  func isReplaceable(_ operand: BufferView, by target: BufferView) -> Bool {
    operand.offset == 0 && operand.isDense
      && operand.dtype.byteCount == target.dtype.byteCount
      && buffers[operand.buffer].byteCount == buffers[target.buffer].byteCount
  }
}
