import Tensors

/// Results that are copied to a place in the state, such as the newest entry of a window, and can be
/// written there at once.
struct Placements {
  /// By the buffer of the result: where it goes, and which task copies it.
  private var places: [Int: (target: BufferView, copy: Int)] = [:]

  /// Finds them among a block's tasks.
  ///
  /// `uses` tells how many tasks touch each buffer. Larger results than `byteCount` stay where they are:
  /// they may be made strip by strip.
  init(
    _ tasks: [PlannedTask], _ buffers: [Buffer], uses: [Int: Int], upTo byteCount: Int
  ) {
    for (index, task) in tasks.enumerated() where task.kernel is CopyKernel {
      let (source, target) = (task.readViews[0], task.writeViews[0])
      guard case .arena = buffers[source.buffer].home,
        source.isWhole(of: buffers[source.buffer]), source.byteCount <= byteCount,
        uses[source.buffer] == 2, target.isDense, buffers[target.buffer].home.isNextState,
        let writer = tasks[..<index].lastIndex(where: { $0.writes.contains(source.buffer) }),
        !tasks[writer..<index].contains(where: { task in
          task.reads.contains(target.buffer) || task.writes.contains(target.buffer)
        })
      else { continue }
      places[source.buffer] = (target, index)
    }
  }

  /// Where a result should be written.
  subscript(result: BufferView) -> BufferView { places[result.buffer]?.target ?? result }

  /// The tasks that are not needed if all results are written to their places.
  func copies(of results: [BufferView]) -> [Int] { results.compactMap { places[$0.buffer]?.copy } }
}

extension Buffer.Home {
  /// Whether it is memory of the state that this run writes.
  fileprivate var isNextState: Bool {
    switch self {
    case .window, .newState: true
    case .oldState, .input, .arena, .kept, .constant, .parameter, .packed, .turn: false
    }
  }
}
