import Programs
import Tensors

/// Lets convolutions of large values read what a select that hides invalid timesteps reads, and the mask,
/// so that the masked value need not exist.
///
/// Outputs whose taps are all valid then read the value where it lies; others gather their taps, with
/// zeros for invalid timesteps.
struct FuseMasks: SchedulePass {
  let description = PassDescription(
    name: "fuse-masks",
    needs: "elementwise tasks of one step each",
    does: """
      convolutions read the operand and the mask of a select with zeros in place of its result
      """,
    guarantees: "the select is unused; a mask has one flag a timestep")
  let isOptimization = true

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    let uses = schedule.useCounts
    for block in schedule.blocks.indices {
      var selects: [Int: ScheduledTask] = [:]
      var convolutions: [Int: [Int]] = [:]
      for (index, task) in schedule.blocks[block].tasks.enumerated() {
        switch task.op {
        case .elementwise(let fused):
          guard let result = task.results.first, isMaskingSelect(fused, task, schedule),
            result.byteCount >= options.limits.leastMaskedByteCount
          else { continue }
          selects[result.buffer] = task
        case .convolution:
          let input = task.operands[0]
          guard let select = selects[input.buffer], select.results[0] == input else { continue }
          convolutions[input.buffer, default: []].append(index)
        case .contraction, .rowwise, .attention, .lstmCell, .copy, .pack, .loop, .rowTiles,
          .generic:
          break
        }
      }
      for (buffer, readers) in convolutions.sorted(by: { $0.key < $1.key }) {
        // One more use is the select's own.
        guard let select = selects[buffer], uses[buffer] == readers.count + 1 else { continue }
        for index in readers {
          schedule.fuseMask(of: select, into: index, block)
        }
      }
    }
  }

  /// Whether a task is one select with +0 for invalid timesteps whose second operand a convolution could
  /// read where it lies.
  private func isMaskingSelect(
    _ fused: FusedElementwise, _ task: ScheduledTask, _ schedule: Schedule
  ) -> Bool {
    guard fused.steps.count == 1, fused.steps[0].function == .select, task.operands.count == 3,
      task.results[0].dtype == .float32
    else { return false }
    return task.operands[1].strides.last == 1 && schedule.isZero(task.operands[2])
      && TimestepMask(task.operands[0]) != nil
  }
}

extension Schedule {
  fileprivate mutating func fuseMask(of select: ScheduledTask, into index: Int, _ block: Int) {
    var task = blocks[block].tasks[index]
    guard case .convolution(var convolution) = task.op else { return }
    convolution.mask = select.operands[0]
    task.op = .convolution(convolution)
    task.operands[0] = select.operands[1]
    let layout = ConvolutionLayout(convolution, task.operands[0])
    let type = ValueType(.float32, [Im2col.scratchCount(layout)])
    buffers.append(Buffer(.arena, type, block: buffers[task.results[0].buffer].block))
    task.scratch = [buffers.count - 1]
    blocks[block].tasks[index] = task
  }
}
