/// Drops preparation whose result is unused, such as indices that became strides, and gives memory of
/// their own to its results that the program uses.
struct KeepPreparedResults: SchedulePass {
  let description = PassDescription(
    name: "keep-prepared",
    needs: "tasks that are the same in every run, in the preparation",
    does: """
      drops preparation whose result is unused, and keeps results that the program uses as \
      long as the executor lives
      """,
    guarantees: "main and the bodies of loops read no arena buffer of the preparation")
  let isOptimization = false

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    var used = schedule.blocks[Schedule.preparation].liveOut
    for (index, block) in schedule.blocks.enumerated() where index != Schedule.preparation {
      for task in block.tasks { used.formUnion(task.readBuffers) }
      used.formUnion(block.liveOut)
    }
    for buffer in used where schedule.buffers[buffer].block == Schedule.preparation {
      if schedule.buffers[buffer].isArena { schedule.buffers[buffer].storage = .prepared }
    }
    var kept: [ScheduledTask] = []
    for task in schedule.blocks[Schedule.preparation].tasks.reversed() {
      guard task.writtenBuffers.contains(where: used.contains) else {
        schedule.clearBody(of: task)
        continue
      }
      used.formUnion(task.readBuffers)
      kept.append(task)
    }
    schedule.blocks[Schedule.preparation].tasks = kept.reversed()
  }
}

extension Schedule {
  /// Leaves nothing of the body of a loop that is dropped.
  fileprivate mutating func clearBody(of task: ScheduledTask) {
    guard let body = task.body else { return }
    for inner in blocks[body].tasks { clearBody(of: inner) }
    blocks[body] = Block()
  }
}
