import Tensors

/// Writes results that are only copied to a place in the state, such as the newest entry of a window, there
/// at once.
///
/// Larger results than `mostPlacedByteCount` stay where they are: they may be made tile by tile.
struct PlaceResults: SchedulePass {
  let description = PassDescription(
    name: "place-results",
    needs: "elementwise tasks without unused results",
    does: "an elementwise task whose result is only copied into the state writes it there itself",
    guarantees: """
      the copy is gone; the memory is not touched between the writer and where the copy was
      """)
  let isOptimization = true

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    let uses = schedule.useCounts
    for block in schedule.blocks.indices {
      var tasks = schedule.blocks[block].tasks
      var copies: Set<Int> = []
      for (index, task) in tasks.enumerated() {
        guard case .copy = task.op else { continue }
        let (source, target) = (task.operands[0], task.results[0])
        guard schedule.isPlaceable(source, target, options.limits), uses[source.buffer] == 2,
          let writer = tasks[..<index].lastIndex(where: { task in
            task.results.contains { $0.buffer == source.buffer }
          }), case .elementwise = tasks[writer].op,
          !tasks[writer..<index].contains(where: { task in
            task.touchedBuffers.contains(target.buffer)
          })
        else { continue }
        for result in tasks[writer].results.indices
        where tasks[writer].results[result].buffer == source.buffer {
          tasks[writer].results[result] = target
        }
        copies.insert(index)
      }
      guard !copies.isEmpty else { continue }
      schedule.blocks[block].tasks = tasks.indices.filter { !copies.contains($0) }.map { tasks[$0] }
    }
  }
}

extension Schedule {
  fileprivate func isPlaceable(
    _ source: BufferView, _ target: BufferView, _ limits: PlanLimits
  ) -> Bool {
    let buffer = buffers[source.buffer]
    return buffer.isArena && source.isWhole(of: buffer)
      && source.byteCount <= limits.mostPlacedByteCount && target.isDense
      && buffers[target.buffer].isNextState
  }
}
