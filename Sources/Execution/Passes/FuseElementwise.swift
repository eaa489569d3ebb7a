import Tensors

/// Fuses neighbouring elementwise tasks into one.
///
/// They are fused at the place of the last of them, when no task between reads what the earlier one writes
/// or writes what it reads.
struct FuseElementwise: SchedulePass {
  let description = PassDescription(
    name: "fuse-elementwise",
    needs: "elementwise tasks",
    does: """
      neighbours of one iteration space that read each other element by element, or share \
      operands, become one task, at the place of the later
      """,
    guarantees: "results keep their buffers; a fused task has registers enough for all its values")
  let isOptimization = true

  /// How many earlier tasks a task may be fused with.
  private static let reach = 8

  /// A task that later ones may be fused with.
  private struct Open {
    var task: ScheduledTask
    var fused: FusedElementwise
    var reads: Set<Int>
    var writes: Set<Int>
    /// Its place among the tasks.
    var index: Int

    init(_ task: ScheduledTask, _ fused: FusedElementwise, _ index: Int) {
      self.task = task
      self.fused = fused
      self.index = index
      reads = Set(task.readBuffers)
      writes = Set(task.results.map(\.buffer))
    }
  }

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    for block in schedule.blocks.indices {
      schedule.blocks[block].tasks = fused(schedule.blocks[block].tasks)
    }
  }

  private func fused(_ list: [ScheduledTask]) -> [ScheduledTask] {
    var open: [Open] = []
    var tasks: [ScheduledTask?] = list
    for (index, task) in list.enumerated() {
      guard case .elementwise(let fused) = task.op else {
        let (reads, writes) = (Set(task.readBuffers), Set(task.writtenBuffers))
        open.removeAll { isInTheWay(reads, writes, of: $0) }
        continue
      }
      var current = Open(task, fused, index)
      for candidate in open.indices.reversed() {
        guard let joined = joined(open[candidate], current) else { continue }
        tasks[open[candidate].index] = nil
        open.remove(at: candidate)
        current = joined
      }
      open.removeAll { isInTheWay(current.reads, current.writes, of: $0) }
      open.append(current)
      if open.count > Self.reach { open.removeFirst() }
      tasks[index] = current.task
    }
    return tasks.compactMap(\.self)
  }

  private func isInTheWay(_ reads: Set<Int>, _ writes: Set<Int>, of open: Open) -> Bool {
    !reads.isDisjoint(with: open.writes) || !writes.isDisjoint(with: open.reads)
      || !writes.isDisjoint(with: open.writes)
  }

  /// Whether the later task may run in the same tiles as the earlier: it reads the earlier one's results
  /// element for element, or shares operands with it, and never disturbs it.
  private func isJoinable(_ earlier: Open, _ later: Open) -> Bool {
    guard earlier.fused.shape.elementCount == later.fused.shape.elementCount,
      later.writes.isDisjoint(with: earlier.reads), later.writes.isDisjoint(with: earlier.writes)
    else { return false }
    for input in later.task.operands where earlier.writes.contains(input.buffer) {
      guard let result = earlier.task.results.first(where: { $0.buffer == input.buffer }),
        input.isDense, input.offset == result.offset, input.dtype == result.dtype,
        input.count == result.count
      else { return false }
    }
    return !later.reads.isDisjoint(with: earlier.writes)
      || !later.reads.isDisjoint(with: earlier.reads)
  }

  /// The later task behind the earlier, in one; nil if it may not be, their spaces do not agree or
  /// registers do not suffice.
  private func joined(_ earlier: Open, _ later: Open) -> Open? {
    guard isJoinable(earlier, later) else { return nil }
    var (fused, task) = (earlier.fused, earlier.task)
    let offset = fused.steps.count
    // What each input of the later task is in the joined one.
    var places: [FusedElementwise.Operand] = []
    for input in later.task.operands {
      if let result = earlier.task.results.firstIndex(where: { $0.buffer == input.buffer }) {
        places.append(.step(fused.results[result]))
        continue
      }
      guard let view = input.reshaped(fused.shape) else { return nil }
      let known = task.operands.firstIndex(of: view)
      if known == nil { task.operands.append(view) }
      places.append(.input(known ?? task.operands.count - 1))
    }
    for step in later.fused.steps {
      var step = step
      step.operands = step.operands.map { operand in
        switch operand {
        case .input(let index): places[index]
        case .step(let index): .step(index + offset)
        }
      }
      fused.steps.append(step)
    }
    guard fused.isFeasible(task.operands) else { return nil }
    fused.results += later.fused.results.map { $0 + offset }
    task.results += later.task.results
    task.op = .elementwise(fused)
    task.scope = later.task.scope
    var joined = Open(task, fused, later.index)
    // What is passed on inside still counts as touched: something else may read it.
    joined.reads.formUnion(later.reads)
    joined.reads.formUnion(earlier.reads)
    return joined
  }
}
