import Programs
import Tensors

/// Joins runs of neighbouring row-wise tasks that pass each other large values: they run tile by tile of
/// rows.
struct TileRows: SchedulePass {
  let description = PassDescription(
    name: "tile-rows",
    needs: "tasks in their final form",
    does: """
      neighbouring row-wise tasks that pass each other large values run one tile of rows after \
      the other, so that a tile stays in the cache
      """,
    guarantees: "values that only tasks of one group touch exist as tiles only")
  let isOptimization = true

  /// Rows per tile are a multiple of so many where there are enough: what products do at once.
  private static let rowStep = 12

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    var tiling = Tiling(schedule, options.limits)
    var result: [ScheduledTask] = []
    var group: RowTileGroup?
    func close() {
      guard let open = group else { return }
      group = nil
      if let task = tiling.task(of: open) {
        result.append(task)
      } else {
        result += open.tasks
      }
    }
    for task in schedule.blocks[Schedule.main].tasks {
      if group?.join(task, schedule) == true { continue }
      if let open = group, open.isIndependent(of: task), tiling.isSmall(task) {
        // It may as well run before the group.
        result.append(task)
        continue
      }
      close()
      group = RowTileGroup(task, schedule)
      if group == nil { result.append(task) }
    }
    close()
    schedule = tiling.schedule
    schedule.blocks[Schedule.main].tasks = result
  }

  /// What becomes of the groups.
  private struct Tiling {
    var schedule: Schedule
    private let uses: [Int]
    private let limits: PlanLimits

    init(_ schedule: Schedule, _ limits: PlanLimits) {
      self.schedule = schedule
      self.limits = limits
      uses = schedule.useCounts
    }

    func isSmall(_ task: ScheduledTask) -> Bool {
      task.touchedBuffers.reduce(0) { $0 + schedule.buffers[$1].byteCount }
        < limits.leastTiledByteCount / 4
    }

    /// The one task that a group becomes; nil where tiles gain nothing.
    mutating func task(of group: RowTileGroup) -> ScheduledTask? {
      guard group.tasks.count > 1 else { return nil }
      let scratch = Set(group.tasks.flatMap(\.scratch))
      let touched = group.tasks.reduce(into: Set<Int>()) { $0.formUnion($1.touchedBuffers) }
        .subtracting(scratch)
      guard let rows = rowsPerTile(group, touched) else { return nil }
      let usesInside = group.uses
      let inside = Set(group.tasks.flatMap(\.results).map(\.buffer)).filter { buffer in
        schedule.buffers[buffer].isArena && uses[buffer] == usesInside[buffer]?.count
      }.sorted()
      let (values, partByteCount) = group.tileValues(of: inside, usesInside, rows: rows, schedule)
      for buffer in inside { schedule.buffers[buffer].storage = .tile }
      return ScheduledTask(
        RowTiles(
          tasks: group.tasks, rowCount: group.rowCount, rowsPerTile: rows, values: values,
          scratch: add(byteCount: partByteCount * WorkerPool.partLimit),
          partByteCount: partByteCount,
          // One table of all addresses a part; more buffers may still be added.
          tables: add(byteCount: 0)))
    }

    private mutating func add(byteCount: Int) -> Int {
      schedule.buffers.append(
        Buffer(.arena, ValueType(.uint8, [byteCount]), block: Schedule.main))
      return schedule.buffers.count - 1
    }

    /// How many rows a tile has so that it stays in the cache; nil where tiles gain nothing.
    private func rowsPerTile(_ group: RowTileGroup, _ touched: Set<Int>) -> Int? {
      let rowByteCount = touched.reduce(0) { total, buffer in
        let bytes = schedule.buffers[buffer].byteCount
        // Weights and single numbers are no rows.
        let isRows = bytes % group.rowCount == 0 && !schedule.isFixed(buffer)
        return isRows ? total + bytes / group.rowCount : total
      }
      guard rowByteCount * group.rowCount >= limits.leastTiledByteCount else { return nil }
      let weights = touched.filter { schedule.isFixed($0) }
        .reduce(0) { $0 + schedule.buffers[$1].byteCount }
      let least =
        weights > limits.cachedWeightByteCount
        ? limits.leastRowsOfLargeWeights : limits.leastRows
      var rows = max(limits.tileByteCount / max(rowByteCount, 1), least)
      if rows >= TileRows.rowStep { rows = rows / TileRows.rowStep * TileRows.rowStep }
      return rows < group.rowCount ? rows : nil
    }
  }
}
