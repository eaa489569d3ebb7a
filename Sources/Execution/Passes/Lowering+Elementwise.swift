import Programs
import Tensors

extension Lowering {
  /// Lowers an elementwise operation: to one that can be fused, or to a generic one where the fused
  /// kernel does not have it for these types.
  func elementwise(
    _ op: Op, _ function: ElementwiseFunction, _ operands: [BufferView], _ type: ValueType
  ) -> BufferView {
    let target = result(type, of: operands)
    guard target.count > 0 else { return target }
    var inputs: [BufferView] = []
    for operand in operands where !inputs.contains(operand) { inputs.append(operand) }
    let places = operands.map { FusedElementwise.Operand.input(inputs.firstIndex(of: $0) ?? 0) }
    let fused = FusedElementwise(
      shape: type.shape,
      steps: [.init(function: function, operands: places, dtype: type.dtype)], results: [0])
    if function.hasCode(operands.map(\.dtype), type.dtype), fused.isFeasible(inputs) {
      add(.elementwise(fused), inputs, [target])
    } else {
      add(.generic(op), operands, [target])
    }
    return target
  }
}
