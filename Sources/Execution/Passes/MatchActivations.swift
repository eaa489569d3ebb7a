import Programs
import Tensors

/// Replaces the steps of an activation by one.
struct MatchActivations: SchedulePass {
  let description = PassDescription(
    name: "match-activations",
    needs: "fused elementwise tasks without unused steps",
    does: """
      steps that compute an activation, such as a comparison and a select for ReLU, become one \
      step
      """,
    guarantees: """
      an activation that a kernel knows is one step, unless a part of it is needed otherwise
      """)
  let isOptimization = true

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    for block in schedule.blocks.indices {
      for index in schedule.blocks[block].tasks.indices {
        var task = schedule.blocks[block].tasks[index]
        guard case .elementwise(var fused) = task.op, fused.steps.count > 1 else { continue }
        let zeros = Set(task.operands.indices.filter { schedule.isZero(task.operands[$0]) })
        let pattern = ActivationPattern(fused, inputs: task.operands, zeros: zeros)
        var isChanged = false
        for activation in Activation.allCases {
          for step in fused.steps.indices {
            guard let operand = pattern.operand(of: activation, computedBy: step) else { continue }
            fused.steps[step].function = .activation(activation)
            fused.steps[step].operands = [operand]
            isChanged = true
          }
        }
        guard isChanged else { continue }
        task.operands = fused.dropUnusedSteps().map { task.operands[$0] }
        task.op = .elementwise(fused)
        schedule.blocks[block].tasks[index] = task
      }
    }
  }
}

/// How activations look in programs.
private struct ActivationPattern {
  private let fused: FusedElementwise
  private let inputs: [BufferView]
  /// The inputs that are +0 in every run.
  private let zeros: Set<Int>
  private let useCounts: [Int]

  init(_ fused: FusedElementwise, inputs: [BufferView], zeros: Set<Int>) {
    self.fused = fused
    self.inputs = inputs
    self.zeros = zeros
    useCounts = fused.useCounts
  }

  /// What an activation is applied to that a step computes; nil if it computes something else.
  func operand(
    of activation: Activation, computedBy index: Int
  ) -> FusedElementwise.Operand? {
    switch activation {
    case .relu: return reluOperand(fused.steps[index])
    }
  }

  /// `x <= 0 ? 0 : x`, where nothing else needs the comparison.
  private func reluOperand(_ select: FusedElementwise.Step) -> FusedElementwise.Operand? {
    guard select.function == .select, case .step(let condition) = select.operands[0],
      isZero(select.operands[1]), useCounts[condition] == 1, !fused.results.contains(condition)
    else { return nil }
    let test = fused.steps[condition]
    guard test.function == .compare(.le), isZero(test.operands[1]),
      test.operands[0] == select.operands[2],
      fused.dtype(test.operands[0], inputs).isFloating
    else { return nil }
    return select.operands[2]
  }

  private func isZero(_ operand: FusedElementwise.Operand) -> Bool {
    if case .input(let index) = operand { zeros.contains(index) } else { false }
  }
}
