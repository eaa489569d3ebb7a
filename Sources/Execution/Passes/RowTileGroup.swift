import Tensors

/// Neighbouring tasks that can run tile by tile of rows, while they are being found.
///
/// Every value that one task writes and a later one reads is read row by row: row r of the reader
/// needs row r of the value and no other.
struct RowTileGroup {
  private(set) var tasks: [ScheduledTask]
  private(set) var rowCount: Int
  /// Rows that two tasks have in common should not be fewer, or tiles would be wide.
  private static let leastRows = 96
  private var reads: Set<Int> = []
  private var writes: Set<Int> = []
  /// What was written so far as a value, not as scratch.
  private var written: Set<Int> = []

  /// A group of one task; nil for a task that is not row-wise.
  init?(_ task: ScheduledTask, _ schedule: Schedule) {
    guard let rows = task.rows else { return nil }
    tasks = []
    rowCount = rows.count
    guard admits(task, schedule) else { return nil }
    append(task)
  }

  /// Takes one more task in; false if the task must wait until the group has ended.
  mutating func join(_ task: ScheduledTask, _ schedule: Schedule) -> Bool {
    guard let rows = task.rows else { return false }
    let few = min(rowCount, rows.count)
    let common = Int(Rational.greatestCommonDivisor(rowCount, rows.count))
    guard common == few || common >= Self.leastRows else { return false }
    if common == rowCount {
      guard admits(task, schedule) else { return false }
      append(task)
      return true
    }
    // Wider rows, which happens a few times at most: all tasks are looked at again.
    var group = self
    (group.tasks, group.rowCount) = ([], common)
    (group.reads, group.writes, group.written) = ([], [], [])
    for task in tasks + [task] {
      guard group.admits(task, schedule) else { return false }
      group.append(task)
    }
    self = group
    return true
  }

  private mutating func append(_ task: ScheduledTask) {
    tasks.append(task)
    reads.formUnion(task.readBuffers)
    writes.formUnion(task.writtenBuffers)
    written.formUnion(task.results.map(\.buffer))
  }

  /// Whether a task may run before the group instead of behind it.
  func isIndependent(of task: ScheduledTask) -> Bool {
    writes.isDisjoint(with: task.readBuffers) && writes.isDisjoint(with: task.writtenBuffers)
      && reads.isDisjoint(with: task.writtenBuffers)
  }

  /// Whether a task reads row by row what tasks before it write, and writes row by row.
  private func admits(_ task: ScheduledTask, _ schedule: Schedule) -> Bool {
    guard let rows = task.rows, rows.count % rowCount == 0 else { return false }
    for view in task.reads where written.contains(view.buffer) {
      guard rows.keepsToRows, isRowByRow(view, schedule) else { return false }
    }
    // Memory that was read before it is written: only a copy into a state does that.
    guard reads.isDisjoint(with: task.writtenBuffers) else { return false }
    return task.results.allSatisfy { isRowByRow($0, schedule) }
  }

  /// Which tasks touch a buffer.
  struct Use {
    var first: Int
    var last: Int
    var count = 0
  }

  /// The uses of all buffers that tasks of the group touch.
  var uses: [Int: Use] {
    var uses: [Int: Use] = [:]
    for (index, task) in tasks.enumerated() {
      for buffer in task.touchedBuffers {
        uses[buffer, default: Use(first: index, last: index)].last = index
        uses[buffer]?.count += 1
      }
    }
    return uses
  }

  private func isRowByRow(_ view: BufferView, _ schedule: Schedule) -> Bool {
    let buffer = schedule.buffers[view.buffer]
    return buffer.isArena
      && view.isRowByRow(rowCount, whole: buffer.byteCount / view.dtype.byteCount)
  }

  /// Where the tiles of values lie of which only a tile exists, and how many bytes they need: tiles of
  /// which one is read for the last time before the other is written share memory.
  func tileValues(
    of buffers: [Int], _ uses: [Int: Use], rows: Int, _ schedule: Schedule
  ) -> (values: [RowTiles.TileValue], byteCount: Int) {
    func rowByteCount(_ buffer: Int) -> Int { schedule.buffers[buffer].byteCount / rowCount }
    var lives = buffers.compactMap { buffer -> ArenaAllocator.Interval? in
      uses[buffer].map { use in
        .init(
          first: use.first, last: use.last,
          byteCount: AlignedMemory.padded(rows * rowByteCount(buffer)), buffers: [buffer])
      }
    }
    let byteCount = ArenaAllocator.pack(&lives).size
    let values = lives.map { life in
      RowTiles.TileValue(
        buffer: life.buffers[0], rowByteCount: rowByteCount(life.buffers[0]),
        byteOffset: life.offset)
    }
    return (values, byteCount)
  }
}
