import Tensors

/// Neighbouring tasks whose rows can be done in strips.
///
/// Every value that one task writes and a later one reads is read row by row: row r of the reader
/// needs row r of the value and no other.
struct StripGroup {
  private(set) var tasks: [PlannedTask]
  private(set) var rowCount: Int
  /// Rows that two kernels share should not be fewer, or strips would be wide.
  private static let leastRows = 96
  private var reads: Set<Int> = []
  private var writes: Set<Int> = []
  /// What was written so far as a value, not as scratch.
  private var written: Set<Int> = []

  /// A group of one task; nil for a task that is not row-wise.
  init?(_ task: PlannedTask, _ planner: Planner) {
    guard let kernel = task.kernel as? RowwiseKernel, kernel.hasRows else { return nil }
    tasks = []
    rowCount = kernel.split.total
    guard admits(task, planner) else { return nil }
    append(task)
  }

  /// Takes one more task in; false if the task must wait until the group has ended.
  mutating func join(_ task: PlannedTask, _ planner: Planner) -> Bool {
    guard let kernel = task.kernel as? RowwiseKernel, kernel.hasRows else { return false }
    let few = min(rowCount, kernel.split.total)
    let common = Int(Rational.greatestCommonDivisor(rowCount, kernel.split.total))
    guard common == few || common >= Self.leastRows else { return false }
    if common == rowCount {
      guard admits(task, planner) else { return false }
      append(task)
      return true
    }
    // Wider rows, which happens a few times at most: all tasks are looked at again.
    var group = self
    (group.tasks, group.rowCount) = ([], common)
    (group.reads, group.writes, group.written) = ([], [], [])
    for task in tasks + [task] {
      guard group.admits(task, planner) else { return false }
      group.append(task)
    }
    self = group
    return true
  }

  private mutating func append(_ task: PlannedTask) {
    tasks.append(task)
    reads.formUnion(task.reads)
    writes.formUnion(task.writes)
    written.formUnion(task.writeViews.map(\.buffer).filter { !task.scratch.contains($0) })
  }

  /// Whether a task may run before the group instead of behind it.
  func isIndependent(of task: PlannedTask) -> Bool {
    writes.isDisjoint(with: task.reads) && writes.isDisjoint(with: task.writes)
      && reads.isDisjoint(with: task.writes)
  }

  /// The kernels, with how many of their rows make one of the group's.
  var members: [StripKernel.Member] {
    tasks.compactMap { task in
      (task.kernel as? RowwiseKernel).map {
        StripKernel.Member(kernel: $0, factor: $0.split.total / rowCount)
      }
    }
  }

  /// Whether a task reads row by row what tasks before it write, and writes row by row.
  private func admits(_ task: PlannedTask, _ planner: Planner) -> Bool {
    guard let kernel = task.kernel as? RowwiseKernel, kernel.split.total % rowCount == 0 else {
      return false
    }
    for view in task.readViews where written.contains(view.buffer) {
      guard kernel.keepsToRows, isRowByRow(view, planner) else { return false }
    }
    // Memory that was read before it is written: only a copy into a state does that.
    guard reads.isDisjoint(with: task.writes) else { return false }
    return task.writeViews.allSatisfy { view in
      task.scratch.contains(view.buffer) || isRowByRow(view, planner)
    }
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
      for buffer in Set(task.reads + task.writes) {
        uses[buffer, default: Use(first: index, last: index)].last = index
        uses[buffer]?.count += 1
      }
    }
    return uses
  }

  private func isRowByRow(_ view: BufferView, _ planner: Planner) -> Bool {
    let bytes = planner.buffers[view.buffer].byteCount
    guard case .arena = planner.buffers[view.buffer].home else { return false }
    return view.isRowByRow(rowCount, whole: bytes / view.dtype.byteCount)
  }

  /// Where the strips of values lie that only exist strip by strip, and how many bytes they need: strips
  /// of which one is read for the last time before the other is written share memory.
  func strips(
    of values: [Int], _ uses: [Int: Use], rows: Int, _ planner: Planner
  ) -> (inner: [StripKernel.Inner], byteCount: Int) {
    func rowByteCount(_ buffer: Int) -> Int { planner.buffers[buffer].byteCount / rowCount }
    var lives = values.compactMap { buffer -> ArenaLayout.Interval? in
      uses[buffer].map { use in
        .init(
          first: use.first, last: use.last,
          byteCount: AlignedMemory.padded(rows * rowByteCount(buffer)), buffers: [buffer])
      }
    }
    let byteCount = ArenaLayout.pack(&lives).size
    let inner = lives.map { life in
      StripKernel.Inner(
        slot: life.buffers[0], rowByteCount: rowByteCount(life.buffers[0]),
        byteOffset: life.offset)
    }
    return (inner, byteCount)
  }

  /// Results that may take over the memory of an operand which nobody reads later, in any strip.
  ///
  /// Values of which only strips exist have memory of their own.
  func inPlacePairs(notInside inner: Set<Int>) -> [PlannedTask.InPlace] {
    var lastRead: [Int: Int] = [:]
    var readAcross: Set<Int> = []
    for (index, task) in tasks.enumerated() {
      for buffer in task.reads { lastRead[buffer] = index }
    }
    var pairs: [PlannedTask.InPlace] = []
    for (index, task) in tasks.enumerated() {
      readAcross.formUnion(task.reads.filter { !readsRowByRow(task, $0) })
      for pair in task.inPlace where !inner.contains(pair.result) && !inner.contains(pair.operand) {
        let isReadLater = lastRead[pair.operand].map { $0 > index } ?? false
        if !isReadLater, !readAcross.contains(pair.operand) { pairs.append(pair) }
      }
    }
    return pairs
  }

  /// Whether a task reads the rows of a buffer as dense rows of its own.
  private func readsRowByRow(_ task: PlannedTask, _ buffer: Int) -> Bool {
    guard let kernel = task.kernel as? RowwiseKernel, kernel.keepsToRows else { return false }
    return task.readViews.filter { $0.buffer == buffer }.allSatisfy {
      $0.offset == 0 && $0.isDense && $0.count % rowCount == 0
    }
  }
}

extension BufferView {
  /// Whether row r of this view is part of row r of a buffer of `whole` elements that is cut into
  /// `rowCount` rows.
  func isRowByRow(_ rowCount: Int, whole: Int) -> Bool {
    guard rowCount > 0, whole % rowCount == 0 else { return false }
    if offset == 0, count == whole, isDense { return true }
    let rowLength = whole / rowCount
    var (axis, rows) = (0, 1)
    while rows < rowCount, axis < shape.count {
      rows *= shape[axis]
      axis += 1
    }
    guard rows == rowCount else { return false }
    var expected = rowLength
    for index in (0..<axis).reversed() where shape[index] != 1 {
      guard strides[index] == expected else { return false }
      expected *= shape[index]
    }
    var (low, high) = (offset, offset)
    for index in axis..<shape.count {
      let reach = (shape[index] - 1) * strides[index]
      if reach < 0 { low += reach } else { high += reach }
    }
    return low >= 0 && high < rowLength
  }
}
