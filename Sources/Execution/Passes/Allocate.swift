import Programs
import Tensors

/// Decides where the values of the arena lie.
struct Allocate: SchedulePass {
  let description = PassDescription(
    name: "allocate",
    needs: "tasks in their final form and order",
    does: """
      gives buffers that are not alive together the same memory, and large outputs regions \
      that are handed over without a copy; a debug plan shares none
      """,
    guarantees: """
      buffers that are alive together do not overlap, but for results in place of operands
      """)
  let isOptimization = false

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    schedule.sizeTables()
    let escaping = escapingBuffers(schedule, options.limits)
    schedule.memory =
      ArenaAllocator(schedule, escaping: escaping, sharesMemory: options.kind != .debug).layout
  }

  /// The buffers of large readable values that fill them, which can be handed over without a copy.
  private func escapingBuffers(_ schedule: Schedule, _ limits: PlanLimits) -> [Int] {
    let whole = schedule.values.values.filter { view in
      let buffer = schedule.buffers[view.buffer]
      return buffer.isArena && buffer.block == Schedule.main && view.isWhole(of: buffer)
        && view.byteCount >= limits.leastEscapingByteCount
    }
    return Set(whole.map(\.buffer)).sorted()
  }
}

extension Schedule {
  /// Gives every group of row tiles tables of as many addresses as there are buffers.
  fileprivate mutating func sizeTables() {
    let stride = MemoryLayout<UnsafeMutableRawPointer>.stride
    let type = ValueType(.uint8, [WorkerPool.partLimit * buffers.count * stride])
    for task in blocks[Schedule.main].tasks {
      guard case .rowTiles(let tiles) = task.op else { continue }
      buffers[tiles.tables] = Buffer(.arena, type, block: Schedule.main)
    }
  }
}
