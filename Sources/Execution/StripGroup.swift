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
  private var reads: Set<Int>
  private var writes: Set<Int>

  /// A group of one task; nil for a task that is not row-wise.
  init?(_ task: PlannedTask, _ planner: Planner) {
    guard let kernel = task.kernel as? RowwiseKernel, kernel.hasRows else { return nil }
    tasks = [task]
    rowCount = kernel.split.total
    reads = Set(task.reads)
    writes = Set(task.writes)
    guard isSound(planner) else { return nil }
  }

  /// The group with one more task; nil if the task must wait until the group has ended.
  func joined(with task: PlannedTask, _ planner: Planner) -> StripGroup? {
    guard let kernel = task.kernel as? RowwiseKernel, kernel.hasRows else { return nil }
    var group = self
    let few = min(rowCount, kernel.split.total)
    group.rowCount = Int(Rational.greatestCommonDivisor(rowCount, kernel.split.total))
    guard group.rowCount == few || group.rowCount >= Self.leastRows else { return nil }
    group.tasks.append(task)
    group.reads.formUnion(task.reads)
    group.writes.formUnion(task.writes)
    return group.isSound(planner) ? group : nil
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

  /// Whether all values that tasks pass each other are written and read row by row.
  private func isSound(_ planner: Planner) -> Bool {
    var written: Set<Int> = []
    var readBefore: Set<Int> = []
    for task in tasks {
      guard let kernel = task.kernel as? RowwiseKernel, kernel.split.total % rowCount == 0 else {
        return false
      }
      for view in task.readViews where written.contains(view.buffer) {
        guard kernel.keepsToRows, isRowByRow(view, planner) else { return false }
      }
      // Memory that was read before it is written: only a copy into a state does that.
      guard readBefore.isDisjoint(with: task.writes) else { return false }
      for view in task.writeViews where !task.scratch.contains(view.buffer) {
        guard isRowByRow(view, planner) else { return false }
        written.insert(view.buffer)
      }
      readBefore.formUnion(task.reads)
    }
    return true
  }

  private func isRowByRow(_ view: BufferView, _ planner: Planner) -> Bool {
    let bytes = planner.buffers[view.buffer].byteCount
    guard case .arena = planner.buffers[view.buffer].home else { return false }
    return view.isRowByRow(rowCount, whole: bytes / view.dtype.byteCount)
  }

  /// Where the strips of values lie that only exist strip by strip, and how many bytes they need: strips
  /// of which one is read for the last time before the other is written share memory.
  func strips(
    of values: [Int], rows: Int, _ planner: Planner
  ) -> (inner: [StripKernel.Inner], byteCount: Int) {
    func rowByteCount(_ buffer: Int) -> Int { planner.buffers[buffer].byteCount / rowCount }
    var lives = values.compactMap { buffer -> ArenaLayout.Interval? in
      let users = tasks.indices.filter { (tasks[$0].reads + tasks[$0].writes).contains(buffer) }
      guard let first = users.first, let last = users.last else { return nil }
      return .init(
        first: first, last: last, byteCount: AlignedMemory.padded(rows * rowByteCount(buffer)),
        buffers: [buffer])
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
    var pairs: [PlannedTask.InPlace] = []
    for (index, task) in tasks.enumerated() {
      for pair in task.inPlace where !inner.contains(pair.result) && !inner.contains(pair.operand) {
        let isReadLater = tasks[(index + 1)...].contains { $0.reads.contains(pair.operand) }
        let isReadAcross = tasks[...index].contains { task in
          task.reads.contains(pair.operand) && !readsRowByRow(task, pair.operand)
        }
        if !isReadLater, !isReadAcross { pairs.append(pair) }
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
