import CKernels
import Programs
import Tensors

/// Elementwise operations over one iteration space that one kernel computes, tile by tile.
///
/// Operands of the task are its inputs, views of the iteration space; results are dense. What it computes
/// has the bits of its steps one at a time.
struct FusedElementwise: Hashable {
  /// Where a step takes an operand from.
  enum Operand: Hashable {
    /// An operand of the task.
    case input(Int)
    /// The result of an earlier step.
    case step(Int)
  }

  /// One operation.
  struct Step: Hashable {
    var function: ElementwiseFunction
    var operands: [Operand]
    var dtype: DType
  }

  /// The iteration space.
  var shape: Shape
  var steps: [Step]
  /// For every result of the task, the step that computes it, in ascending order.
  var results: [Int]

  /// Inputs and steps are numbered through: each takes a register of the kernel while it is needed.
  static var registerCount: Int { Int(SW_TILE_REGISTERS) }

  /// Whether a kernel can compute it from these inputs, wanting every step.
  func isFeasible(_ inputs: [BufferView]) -> Bool {
    inputs.count + steps.count <= Self.registerCount && inputs.count < Self.registerCount
      && walk(inputs).extents.count <= Int(SW_TILE_RANK)
  }

  /// How the iteration space (view 0) and the inputs behind it are walked.
  func walk(_ inputs: [BufferView]) -> StridedWalk {
    StridedWalk([BufferView(buffer: 0, ValueType(.float32, shape))] + inputs)
  }

  /// The dtype of what a step takes.
  func dtype(_ operand: Operand, _ inputs: [BufferView]) -> DType {
    switch operand {
    case .input(let index): inputs[index].dtype
    case .step(let index): steps[index].dtype
    }
  }

  /// How many steps read each step.
  var useCounts: [Int] {
    var counts = Array(repeating: 0, count: steps.count)
    for step in steps {
      for case .step(let index) in step.operands { counts[index] += 1 }
    }
    return counts
  }

  /// Drops steps that no result needs, and returns the numbers of the inputs that are left, in order of
  /// their first use.
  mutating func dropUnusedSteps() -> [Int] {
    var isNeeded = Array(repeating: false, count: steps.count)
    for result in results { isNeeded[result] = true }
    for (index, step) in steps.enumerated().reversed() where isNeeded[index] {
      for case .step(let operand) in step.operands { isNeeded[operand] = true }
    }
    var numbers: [Int: Int] = [:]
    var inputs: [Int] = []
    var kept: [Step] = []
    for (index, step) in steps.enumerated() where isNeeded[index] {
      var step = step
      step.operands = step.operands.map { operand in
        switch operand {
        case .step(let index): return .step(numbers[index] ?? 0)
        case .input(let input):
          if let known = inputs.firstIndex(of: input) { return .input(known) }
          inputs.append(input)
          return .input(inputs.count - 1)
        }
      }
      numbers[index] = kept.count
      kept.append(step)
    }
    steps = kept
    results = results.compactMap { numbers[$0] }
    return inputs
  }
}

/// A function of up to three elements.
enum ElementwiseFunction: Hashable {
  case unary(UnaryOp)
  case binary(BinaryOp)
  case compare(CompareOp)
  /// `condition ? a : b`.
  case select
  case convert
  /// Several operations that kernels do as one.
  case activation(Activation)

  /// How many operands it takes.
  var operandCount: Int {
    switch self {
    case .unary, .convert, .activation: 1
    case .binary, .compare: 2
    case .select: 3
    }
  }
}
