import Programs
import Tensors

/// Lets an LSTM cell add the two parts of its gates, where a sum of two values is what it reads.
struct FuseAddends: SchedulePass {
  let description = PassDescription(
    name: "fuse-addends",
    needs: "elementwise tasks of one step each",
    does: "LSTM cells read both operands of the addition that computes their gates, and add them",
    guarantees: "the addition is unused unless something else reads its result")
  let isOptimization = true

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    for block in schedule.blocks.indices {
      var sums: [Int: ScheduledTask] = [:]
      for (index, task) in schedule.blocks[block].tasks.enumerated() {
        switch task.op {
        case .elementwise(let fused) where isSum(fused, task):
          if let sum = task.results.first { sums[sum.buffer] = task }
        case .lstmCell where task.operands.count == 4:
          let gates = task.operands[0]
          guard let sum = sums[gates.buffer], gates.offset == 0,
            gates.count == sum.results[0].count,
            let first = sum.operands.first, let last = sum.operands.last
          else { continue }
          schedule.blocks[block].tasks[index].operands[0] = first.withShape(gates.shape)
          schedule.blocks[block].tasks[index].operands.append(last.withShape(gates.shape))
        case .contraction, .convolution, .elementwise, .rowwise, .attention, .lstmCell, .copy,
          .pack,
          .loop, .rowTiles, .generic:
          break
        }
      }
    }
  }

  private func isSum(_ fused: FusedElementwise, _ task: ScheduledTask) -> Bool {
    fused.steps.count == 1 && fused.steps[0].function == .binary(.add)
      && task.operands.allSatisfy { $0.isDense && $0.dtype == .float32 }
  }
}

extension BufferView {
  /// A dense view's elements in another shape.
  fileprivate func withShape(_ shape: Shape) -> BufferView {
    var view = self
    (view.shape, view.strides) = (shape, shape.rowMajorStrides)
    return view
  }
}
