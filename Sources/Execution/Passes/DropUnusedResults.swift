/// Drops results of elementwise tasks that nothing reads, and steps and tasks that are not needed then.
struct DropUnusedResults: SchedulePass {
  let description = PassDescription(
    name: "drop-unused",
    needs: "elementwise tasks",
    does: "drops results that no task reads and that are not live-out, and what only they need",
    guarantees: "values that only their own task reads are in registers, not in memory")
  let isOptimization = false

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    // How many tasks read each buffer, in all blocks; live-outs once more.
    var readers = Array(repeating: 0, count: schedule.buffers.count)
    for block in schedule.blocks {
      for task in block.tasks {
        for buffer in Set(task.readBuffers) { readers[buffer] += 1 }
      }
      for buffer in block.liveOut { readers[buffer] += 1 }
    }
    for block in schedule.blocks.indices {
      var kept: [ScheduledTask] = []
      for var task in schedule.blocks[block].tasks.reversed() {
        if case .elementwise(var fused) = task.op {
          let before = Set(task.readBuffers)
          let wanted = task.results.indices.filter {
            let buffer = task.results[$0].buffer
            return readers[buffer] > 0 || !schedule.buffers[buffer].isArena
          }
          fused.results = wanted.map { fused.results[$0] }
          task.results = wanted.map { task.results[$0] }
          task.operands = fused.dropUnusedSteps().map { task.operands[$0] }
          task.op = .elementwise(fused)
          for buffer in before.subtracting(task.readBuffers) { readers[buffer] -= 1 }
          if wanted.isEmpty { continue }
        }
        kept.append(task)
      }
      schedule.blocks[block].tasks = kept.reversed()
    }
  }
}
