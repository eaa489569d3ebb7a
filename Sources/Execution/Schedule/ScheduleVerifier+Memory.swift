import Tensors

extension ScheduleVerifier {
  /// Checks that arena buffers which are alive together do not overlap, but for results in place of
  /// operands, and that all lie inside the arena or their region.
  mutating func verify(_ memory: ArenaLayout) {
    for (index, buffer) in schedule.buffers.enumerated() where memory.offsets[index] >= 0 {
      let region = memory.regions[index]
      let size = region.map { memory.outputs[$0].byteCount } ?? memory.byteCount
      if memory.offsets[index] + buffer.byteCount > size {
        fault("%\(index) ends outside its \(region == nil ? "arena" : "region")")
      }
    }
    for block in schedule.blocks.indices { verify(memory, block) }
  }

  private struct Life {
    var buffer: Int
    var first: Int
    var last: Int
    var region: Int?
    var bytes: Range<Int>
  }

  private mutating func verify(_ memory: ArenaLayout, _ block: Int) {
    let tasks = schedule.blocks[block].tasks
    var lives: [Int: Life] = [:]
    func touch(_ buffer: Int, _ index: Int) {
      guard memory.offsets[buffer] >= 0, schedule.buffers[buffer].block == block else { return }
      let start = memory.offsets[buffer]
      let life = Life(
        buffer: buffer, first: index, last: index, region: memory.regions[buffer],
        bytes: start..<start + schedule.buffers[buffer].byteCount)
      lives[buffer, default: life].last = index
    }
    for (index, task) in tasks.enumerated() {
      for buffer in task.touchedBuffers { touch(buffer, index) }
    }
    for buffer in schedule.blocks[block].liveOut { touch(buffer, tasks.count) }
    let sorted = lives.values.sorted { ($0.first, $0.buffer) < ($1.first, $1.buffer) }
    for (index, life) in sorted.enumerated() {
      for other in sorted[(index + 1)...]
      where other.first <= life.last && other.region == life.region
        && other.bytes.overlaps(life.bytes)
      {
        // A result may begin in the task that reads the operand for the last time.
        let isInPlace =
          other.first == life.last && tasks.indices.contains(other.first)
          && schedule.inPlacePairs(of: tasks[other.first]).contains(
            InPlacePair(result: other.buffer, operand: life.buffer))
        if !isInPlace { fault("%\(life.buffer) and %\(other.buffer) are alive in the same memory") }
      }
    }
  }
}
