import Programs
import Tensors

// Faults in the new values of state leaves.
extension FaultEdit {
  /// The layer that a state leaf belongs to.
  func owner(ofState leaf: String) -> String {
    program.scopes.filter { !$0.isEmpty && leaf.hasPrefix($0 + "/") }.max { $0.count < $1.count }
      ?? ""
  }

  /// Whether a kind of fault can be made of an output.
  func canSeed(_ kind: FaultKind, atOutput index: Int) -> Bool {
    guard let old = oldState(index) else { return false }
    let output = program.outputs[index].value
    switch kind {
    case .staleState: return old != output
    case .shortBuffer, .shiftedBuffer:
      return program[output].shape.count > 1 && program[output].shape[1] > 1 && old != output
    default: return false
    }
  }

  private func oldState(_ index: Int) -> ValueID? {
    let output = program.outputs[index]
    guard output.role == .state else { return nil }
    return program.inputs.first {
      if case .state = $0.role { $0.name == output.name } else { false }
    }?.value
  }

  /// Makes the fault in the new value of a state leaf.
  mutating func seed(_ kind: FaultKind, atOutput index: Int) {
    guard let old = oldState(index) else { return }
    let value = program.outputs[index].value
    guard kind != .staleState else {
      program.outputs[index].value = old
      return
    }
    let type = program[value]
    var (start, limit) = (Array(repeating: 0, count: type.rank), type.shape)
    if kind == .shortBuffer { start[1] = 1 } else { limit[1] -= 1 }
    var part = type
    part.shape[1] -= 1
    let strides = Array(repeating: 1, count: type.rank)
    let kept = append(
      .movement(.slice(start: start, limit: limit, stride: strides)), [value], part)
    let zero = append(
      .constant(Tensor(repeating: 0, shape: [], type.dtype)), [], ValueType(type.dtype, []))
    var low = Array(repeating: 0, count: type.rank)
    low[1] = 1
    let none = Array(repeating: 0, count: type.rank)
    program.outputs[index].value = append(
      .movement(.pad(low: low, high: none, interior: none)), [kept, zero], type)
  }

  private mutating func append(_ op: Op, _ operands: [ValueID], _ type: ValueType) -> ValueID {
    let result = ValueID(program.types.count)
    program.types.append(type)
    program.instructions.append(
      Instruction(op: op, operands: operands, results: [result], scope: 0))
    return result
  }
}
