import CKernels
import Tensors

/// Elementwise operations over one iteration space that run together, tile by tile.
///
/// Operands are views; results are dense. What the chain computes has the bits of its operations one
/// at a time, so which operations are joined is nobody's concern.
struct PointwiseChain {
  /// One operation.
  struct Step {
    var op: PointwiseOp
    var operands: [BufferView]
    var result: BufferView
  }

  private(set) var steps: [Step]

  /// A chain of one operation; nil if the kernels do not have it.
  init?(_ step: Step) {
    guard TileFunction.supports(step.op, step.operands, step.result) else { return nil }
    steps = [step]
    guard code(results: { _ in true }) != nil else { return nil }
  }

  /// The iteration space.
  var shape: Shape { steps[0].result.shape }

  /// The chain's only operation if that is a select whose second operand a convolution could read where
  /// it lies.
  var maskingSelect: Step? {
    guard steps.count == 1, steps[0].op == .select, steps[0].result.dtype == .float32,
      steps[0].operands[1].strides.last == 1
    else { return nil }
    return steps[0]
  }

  /// Another chain's operations behind these, if their spaces agree and registers suffice.
  func joined(with other: PointwiseChain) -> PointwiseChain? {
    guard other.shape.elementCount == shape.elementCount else { return nil }
    var chain = self
    for step in other.steps {
      var step = step
      if step.result.shape != shape {
        guard let result = step.result.reshaped(shape) else { return nil }
        var operands: [BufferView] = []
        for operand in step.operands {
          guard let view = operand.reshaped(shape) else { return nil }
          operands.append(view)
        }
        step.result = result
        step.operands = operands
      }
      chain.steps.append(step)
    }
    return chain.code(results: { _ in true }) == nil ? nil : chain
  }

  /// Operands that no step computes, each once.
  var inputs: [BufferView] { inputs(of: steps) }

  private func inputs(of steps: [Step]) -> [BufferView] {
    let computed = Set(steps.map(\.result.buffer))
    var inputs: [BufferView] = []
    for operand in steps.flatMap(\.operands) where !computed.contains(operand.buffer) {
      if !inputs.contains(operand) { inputs.append(operand) }
    }
    return inputs
  }

  /// The functions of a chain on numbered registers.
  struct Code {
    /// How the iteration space (view 0) and the inputs behind it are walked.
    var walk: StridedWalk
    var inputs: [BufferView]
    var outputs: [(view: BufferView, register: Int)]
    var functions: [sw_tile_op]
  }

  /// The operations that somebody needs, where `results` tells which buffers are wanted afterwards.
  private func needed(_ results: (Int) -> Bool) -> [Step] {
    var used: Set<Int> = []
    var needed: [Step] = []
    for step in steps.reversed()
    where results(step.result.buffer) || used.contains(step.result.buffer) {
      used.formUnion(step.operands.map(\.buffer))
      needed.append(step)
    }
    return needed.reversed()
  }

  /// Numbers registers; nil if there are not enough, or too many axes remain.
  ///
  /// Wanting fewer results never needs more registers.
  ///
  /// `results` tells which buffers are wanted afterwards; what nobody needs is not computed.
  func code(results: (Int) -> Bool) -> Code? {
    let steps = needed(results)
    let inputs = inputs(of: steps)
    let capacity = Int(SW_TILE_REGISTERS)
    let walk = StridedWalk([self.steps[0].result] + inputs)
    guard inputs.count < capacity, walk.extents.count <= Int(SW_TILE_RANK) else { return nil }
    var registers: [Int: Int] = [:]
    var lastUse: [Int: Int] = [:]
    for (index, step) in steps.enumerated() {
      for operand in step.operands { lastUse[operand.buffer] = index }
    }
    var free = Array((inputs.count..<capacity).reversed())
    var code = Code(walk: walk, inputs: inputs, outputs: [], functions: [])
    var untouched = inputs.count
    for (index, step) in steps.enumerated() {
      let isWanted = results(step.result.buffer)
      // A register that held something else before cannot be the result's own memory.
      let fresh = isWanted ? free.lastIndex { $0 >= untouched } : nil
      guard let place = fresh ?? free.indices.last else { return nil }
      let target = free.remove(at: place)
      untouched = max(untouched, target + 1)
      let operands = step.operands.map { operand in
        registers[operand.buffer] ?? inputs.firstIndex(of: operand) ?? 0
      }
      code.functions += TileFunction.functions(
        step.op, from: step.operands[0].dtype, to: step.result.dtype, operands, target)
      if isWanted { code.outputs.append((step.result, target)) }
      registers[step.result.buffer] = target
      for buffer in Set(step.operands.map(\.buffer)) where lastUse[buffer] == index {
        guard let register = registers[buffer], !results(buffer) else { continue }
        free.append(register)
      }
    }
    return code
  }

  /// Input views that a result of the chain may lie over: dense, of the result's width, and the only
  /// way in which the chain reads their buffer.
  func replaceable(by target: BufferView) -> [BufferView] {
    let inputs = self.inputs
    return inputs.filter { input in
      input.offset == 0 && input.isDense && input.dtype.byteCount == target.dtype.byteCount
        && inputs.allSatisfy { $0 == input || $0.buffer != input.buffer }
    }
  }
}
