import CKernels
import Tensors

/// A planned elementwise operation before it is known what runs together.
final class ChainKernel: Kernel {
  let chain: PointwiseChain

  init(_ chain: PointwiseChain) { self.chain = chain }
}

extension Planner {
  /// Turns the chains of all blocks into kernels, after joining neighbours unless `limits` is nil.
  ///
  /// Chains are joined at the place of the last of them, when no task between reads what the earlier
  /// one writes or writes what it reads. A result that only its own chain reads never reaches memory; one
  /// that is only copied into the state is written there.
  func finishChains(_ limits: PlanLimits?) {
    guard let limits else {
      for index in blocks.indices { finishChains(index, nil) }
      return
    }
    for index in blocks.indices { joinChains(index) }
    let uses = useCounts()
    for index in blocks.indices {
      let placements = Placements(
        blocks[index].tasks, buffers, uses: uses, upTo: limits.mostPlacedByteCount)
      finishChains(index, placements)
    }
  }

  /// A chain that later ones may join.
  private struct Open {
    var chain: PointwiseChain
    var reads: Set<Int>
    var writes: Set<Int>
    /// The place of its task.
    var task: Int
  }

  private func joinChains(_ block: Int) {
    var open: [Open] = []
    var tasks: [PlannedTask?] = blocks[block].tasks
    for index in tasks.indices {
      guard let task = tasks[index] else { continue }
      let reads = Set(task.reads)
      let writes = Set(task.writes)
      guard let kernel = task.kernel as? ChainKernel else {
        open.removeAll { isInTheWay(reads, writes, of: $0) }
        continue
      }
      var current = Open(chain: kernel.chain, reads: reads, writes: writes, task: index)
      for candidate in open.indices.reversed() {
        let earlier = open[candidate]
        guard isJoinable(earlier, current),
          let joined = earlier.chain.joined(with: current.chain)
        else { continue }
        tasks[earlier.task] = nil
        open.remove(at: candidate)
        current.chain = joined
        current.reads.formUnion(earlier.reads)
        current.writes.formUnion(earlier.writes)
      }
      open.removeAll { isInTheWay(current.reads, current.writes, of: $0) }
      open.append(current)
      if open.count > 8 { open.removeFirst() }
      tasks[index]?.kernel = ChainKernel(current.chain)
      tasks[index]?.reads = Array(current.reads)
      tasks[index]?.writes = Array(current.writes)
    }
    blocks[block].tasks = tasks.compactMap { $0 }
  }

  private func isInTheWay(_ reads: Set<Int>, _ writes: Set<Int>, of chain: Open) -> Bool {
    !reads.isDisjoint(with: chain.writes) || !writes.isDisjoint(with: chain.reads)
      || !writes.isDisjoint(with: chain.writes)
  }

  /// Whether the later chain may run in the same tiles as the earlier: it reads the earlier one's
  /// results element for element, or shares operands with it, and never disturbs it.
  private func isJoinable(_ earlier: Open, _ later: Open) -> Bool {
    guard earlier.chain.shape.elementCount == later.chain.shape.elementCount,
      later.writes.isDisjoint(with: earlier.reads), later.writes.isDisjoint(with: earlier.writes)
    else { return false }
    let results = earlier.chain.steps.map(\.result)
    for input in later.chain.inputs where earlier.writes.contains(input.buffer) {
      guard let result = results.first(where: { $0.buffer == input.buffer }),
        input.isDense, input.offset == result.offset, input.dtype == result.dtype,
        input.count == result.count
      else { return false }
    }
    return !later.reads.isDisjoint(with: earlier.writes)
      || !later.reads.isDisjoint(with: earlier.reads)
  }

  private func finishChains(_ block: Int, _ placements: Placements?) {
    var copies: Set<Int> = []
    let touched = touchedElsewhere(block)
    var readers: [Int: Int] = [:]
    for task in blocks[block].tasks {
      for buffer in Set(task.reads) { readers[buffer, default: 0] += 1 }
    }
    blocks[block].tasks = blocks[block].tasks.enumerated().compactMap { index, task in
      guard let kernel = task.kernel as? ChainKernel else {
        return copies.contains(index) ? nil : task
      }
      let own = Set(task.reads)
      let isWanted: (Int) -> Bool = { buffer in
        let others = (readers[buffer] ?? 0) - (own.contains(buffer) ? 1 : 0)
        if others > 0 || touched.contains(buffer) { return true }
        if case .arena = self.buffers[buffer].home {
          return self.blocks[block].pinned.contains(buffer)
        }
        return true
      }
      guard var code = kernel.chain.code(results: isWanted) else {
        preconditionFailure("A chain that was joined has registers enough.")
      }
      guard let target = code.outputs.first?.view else { return nil }
      let replaceable = kernel.chain.replaceable(by: target).filter {
        isReplaceable($0, by: target)
      }
      if let placements {
        copies.formUnion(placements.copies(of: code.outputs.map(\.view)))
        for output in code.outputs.indices {
          code.outputs[output].view = placements[code.outputs[output].view]
        }
      }
      return PlannedTask(
        kernel: TileKernel(code, constant: constantCell), reads: code.inputs,
        writes: code.outputs.map(\.view), replaceable: replaceable, scope: task.scope)
    }
  }

  /// The cell of an operand that is one number of the program; nil for others.
  func constantCell(_ view: BufferView) -> Int32? {
    guard case .constant(let tensor) = buffers[view.buffer].home,
      let dtype = TileFunction.tileType(view.dtype),
      zip(view.shape, view.strides).allSatisfy({ $0 == 1 || $1 == 0 })
    else { return nil }
    return tensor.withUnsafeBytes { bytes in
      bytes.baseAddress.map { sw_tile_cell(dtype, $0 + view.byteOffset) }
    }
  }

  /// Buffers that tasks of other blocks touch.
  private func touchedElsewhere(_ block: Int) -> Set<Int> {
    var touched: Set<Int> = []
    for index in blocks.indices where index != block {
      for task in blocks[index].tasks { touched.formUnion(task.reads + task.writes) }
      touched.formUnion(blocks[index].pinned)
    }
    return touched
  }
}
