import CKernels
import Programs
import Tensors

/// The steps of a fused elementwise task as functions on numbered registers.
///
/// The inputs have the first registers; a step's is used again once nothing reads it.
struct ElementwiseCode {
  private(set) var functions: [sw_tile_op] = []
  /// For every result, the register that holds it at the end.
  private(set) var results: [Int] = []

  init(_ fused: FusedElementwise, inputs: [BufferView]) {
    var free = Array((inputs.count..<FusedElementwise.registerCount).reversed())
    var registers = Array(repeating: 0, count: fused.steps.count)
    var untouched = inputs.count
    let wanted = Set(fused.results)
    let passed = ElementwiseCode.sumsOfActivations(fused, wanted, inputs)
    let lastUse = ElementwiseCode.lastUses(fused, passed)
    for (index, step) in fused.steps.enumerated() where !passed.keys.contains(index) {
      let isWanted = wanted.contains(index)
      // A register that held something else before cannot be the result's own memory.
      let fresh = isWanted ? free.lastIndex { $0 >= untouched } : nil
      guard let place = fresh ?? free.indices.last else {
        preconditionFailure("A fused task has registers enough for all its values.")
      }
      let target = free.remove(at: place)
      untouched = max(untouched, target + 1)
      func register(_ operand: FusedElementwise.Operand) -> Int {
        switch operand {
        case .input(let input): input
        case .step(let step): registers[step]
        }
      }
      let sum = ElementwiseCode.sum(of: step, in: fused, passed)
      let operands = (sum?.operands ?? step.operands).map(register)
      if let sum {
        functions.append(
          sw_tile_op(
            op: Int32(sum.code), destination: Int32(target), a: Int32(operands[0]),
            b: Int32(operands[1]), c: 0))
      } else {
        functions += step.function.code(
          from: fused.dtype(step.operands[0], inputs), to: step.dtype, operands, target)
      }
      registers[index] = target
      for case .step(let operand) in Set(sum?.operands ?? step.operands)
      where lastUse[operand] == index && !wanted.contains(operand) {
        free.append(registers[operand])
      }
    }
    results = fused.results.map { registers[$0] }
  }

  /// Sums that only an activation reads, by the step of the sum: one function does both.
  private static func sumsOfActivations(
    _ fused: FusedElementwise, _ wanted: Set<Int>, _ inputs: [BufferView]
  ) -> [Int: Int] {
    let uses = fused.useCounts
    var passed: [Int: Int] = [:]
    for step in fused.steps {
      guard case .activation(let activation) = step.function,
        let code = activation.elementwiseCodeOfSum, case .step(let sum) = step.operands[0],
        fused.steps[sum].function == .binary(.add), fused.steps[sum].dtype == .float32,
        uses[sum] == 1, !wanted.contains(sum)
      else { continue }
      passed[sum] = code
    }
    return passed
  }

  private static func sum(
    of step: FusedElementwise.Step, in fused: FusedElementwise, _ passed: [Int: Int]
  ) -> (code: Int, operands: [FusedElementwise.Operand])? {
    guard case .activation = step.function, case .step(let sum) = step.operands[0],
      let code = passed[sum]
    else { return nil }
    return (code, fused.steps[sum].operands)
  }

  /// The last step that reads each step; an activation reads what the sum that it computes reads.
  private static func lastUses(_ fused: FusedElementwise, _ passed: [Int: Int]) -> [Int: Int] {
    var lastUse: [Int: Int] = [:]
    for (index, step) in fused.steps.enumerated() where !passed.keys.contains(index) {
      let operands = sum(of: step, in: fused, passed)?.operands ?? step.operands
      for case .step(let operand) in operands { lastUse[operand] = index }
    }
    return lastUse
  }
}
