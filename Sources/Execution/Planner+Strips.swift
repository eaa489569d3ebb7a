import Tensors

extension Planner {
  /// Joins runs of neighbouring row-wise tasks that pass each other large values.
  func joinStrips(_ limits: PlanLimits) {
    var result: [PlannedTask] = []
    var group: StripGroup?
    let uses = useCounts()
    func close() {
      guard let open = group else { return }
      group = nil
      if let task = finished(open, uses, limits) {
        result.append(task)
      } else {
        result += open.tasks
      }
    }
    for task in blocks[Planner.main].tasks {
      if group?.join(task, self) == true { continue }
      if let open = group, open.isIndependent(of: task), isSmall(task, limits) {
        // It may as well run before the group.
        result.append(task)
        continue
      }
      close()
      group = StripGroup(task, self)
      if group == nil { result.append(task) }
    }
    close()
    blocks[Planner.main].tasks = result
    // Now it is known how many addresses there are.
    for case let strips as StripKernel in blocks[Planner.main].tasks.map(\.kernel) {
      strips.slotCount = buffers.count
      buffers[strips.tables].byteCount = strips.tableByteCount
    }
  }

  private func isSmall(_ task: PlannedTask, _ limits: PlanLimits) -> Bool {
    let touched = Set(task.reads + task.writes)
    return touched.reduce(0) { $0 + buffers[$1].byteCount } < limits.leastStripsByteCount / 4
  }

  /// How many tasks touch each buffer, in all blocks; pinned buffers once more.
  func useCounts() -> [Int: Int] {
    var counts: [Int: Int] = [:]
    for block in blocks {
      for task in block.tasks {
        for buffer in Set(task.reads + task.writes) { counts[buffer, default: 0] += 1 }
      }
      for buffer in block.pinned { counts[buffer, default: 0] += 1 }
    }
    return counts
  }

  /// The one task that a group becomes; nil where strips gain nothing.
  private func finished(
    _ group: StripGroup, _ uses: [Int: Int], _ limits: PlanLimits
  ) -> PlannedTask? {
    guard group.tasks.count > 1 else { return nil }
    let scratch = Set(group.tasks.flatMap(\.scratch))
    let touched = Set(group.tasks.flatMap { $0.reads + $0.writes }).subtracting(scratch)
    let written = Set(group.tasks.flatMap(\.writes)).subtracting(scratch)
    let rowBytes = touched.reduce(0) { total, buffer in
      let bytes = buffers[buffer].byteCount
      // Weights and single numbers are no rows.
      return bytes % group.rowCount == 0 && bytes / group.rowCount > 0 && !isFixed(buffer)
        ? total + bytes / group.rowCount : total
    }
    guard rowBytes * group.rowCount >= limits.leastStripsByteCount else { return nil }
    let weights = touched.filter(isFixed).reduce(0) { $0 + buffers[$1].byteCount }
    let least =
      weights > limits.cachedWeightByteCount ? limits.leastRowsOfLargeWeights : limits.leastRows
    var rows = max(limits.stripByteCount / max(rowBytes, 1), least)
    if rows >= 12 { rows = rows / 12 * 12 }
    guard rows < group.rowCount else { return nil }
    let usesInside = group.uses
    let inside = written.filter { buffer in
      guard case .arena = buffers[buffer].home else { return false }
      return uses[buffer] == usesInside[buffer]?.count
    }.sorted()
    let (inner, partByteCount) = group.strips(of: inside, usesInside, rows: rows, self)
    for buffer in inside { buffers[buffer].byteCount = 0 }
    let strips = addBuffer(.arena, byteCount: partByteCount * WorkerPool.partLimit)
    let tables = addBuffer(.arena, byteCount: 0)
    for place in [strips, tables] { buffers[place].block = Planner.main }
    let kernel = StripKernel(
      group.members, inner: inner, rowCount: group.rowCount, rowsPerStrip: rows, scratch: strips,
      partByteCount: partByteCount, tables: tables)
    return PlannedTask(
      kernel: kernel, reads: group.tasks.flatMap(\.reads),
      writes: group.tasks.flatMap(\.writes) + [strips, tables],
      scratch: scratch.union([strips, tables]),
      inPlace: group.inPlacePairs(notInside: Set(inside)), scope: group.tasks[0].scope)
  }
}
