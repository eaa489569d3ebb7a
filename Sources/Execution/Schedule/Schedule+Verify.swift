import Programs
import Tensors

extension Schedule {
  /// Checks what every pass guarantees: buffers and views that exist, operands that fit their operation,
  /// values that are written before they are read and by tasks that may write them, memory that is not
  /// shared by values alive together.
  ///
  /// - Returns: what is wrong, one sentence each; nothing for a schedule that kernels may be made of.
  package func verify() -> [String] {
    var verifier = ScheduleVerifier(self)
    verifier.verify()
    return verifier.faults
  }
}

struct ScheduleVerifier {
  let schedule: Schedule
  private(set) var faults: [String] = []
  /// What tasks have written so far.
  private var written: Set<Int> = []
  private var path = ""

  init(_ schedule: Schedule) { self.schedule = schedule }

  mutating func fault(_ text: String) { faults.append("\(path): \(text)") }

  mutating func verify() {
    verify(block: Schedule.preparation, "preparation")
    verify(block: Schedule.main, "main")
    for (index, task) in schedule.commits.enumerated() {
      path = "commit \(index)"
      verify(task, in: Schedule.main)
    }
    path = "values"
    for view in schedule.values.values { checkRead(view) }
    if let memory = schedule.memory { verify(memory) }
  }

  private mutating func verify(block: Int, _ name: String) {
    for (index, task) in schedule.blocks[block].tasks.enumerated() {
      path = "\(name) \(index), \(task.op.name)"
      switch task.op {
      case .rowTiles(let tiles): verify(tiles, task, path)
      case .loop(let loop):
        verify(task, in: block)
        verify(block: loop.body, "\(path), body")
      case .contraction, .convolution, .elementwise, .rowwise, .attention, .lstmCell, .copy, .pack,
        .generic:
        verify(task, in: block)
      }
    }
    path = name
    for buffer in schedule.blocks[block].liveOut {
      checkRead(BufferView(buffer: buffer, schedule.buffers[buffer].type))
    }
  }

  // MARK: Tasks

  private mutating func verify(_ task: ScheduledTask, in block: Int) {
    guard task.touchedBuffers.allSatisfy(schedule.buffers.indices.contains) else {
      return fault("a buffer that does not exist")
    }
    verifyOperands(task)
    for view in task.reads { checkRead(view) }
    for view in task.results { checkWrite(view, task, in: block) }
    for buffer in task.scratch where !schedule.buffers[buffer].isArena {
      fault("scratch %\(buffer) that is not in the arena")
    }
    written.formUnion(task.writtenBuffers)
  }

  /// The tasks of row tiles one by one.
  private mutating func verify(_ tiles: RowTiles, _ whole: ScheduledTask, _ path: String) {
    verifyOperands(whole)
    for (index, task) in tiles.tasks.enumerated() {
      self.path = "\(path) \(index), \(task.op.name)"
      guard let rows = task.rows, rows.count % tiles.rowCount == 0 else {
        fault("no multiple of \(tiles.rowCount) rows")
        continue
      }
      verify(task, in: Schedule.main)
    }
  }

  private mutating func checkRead(_ view: BufferView) {
    guard checkBounds(view) else { return }
    let buffer = schedule.buffers[view.buffer]
    switch buffer.storage {
    case .arena, .prepared, .tile, .newState:
      if buffer.byteCount > 0, !written.contains(view.buffer) {
        fault("%\(view.buffer) is read before it is written")
      }
    case .constant, .input, .parameter, .packed, .oldState, .window, .slot: break
    }
  }

  private mutating func checkWrite(_ view: BufferView, _ task: ScheduledTask, in block: Int) {
    guard checkBounds(view) else { return }
    let buffer = schedule.buffers[view.buffer]
    switch buffer.storage {
    case .constant, .input, .parameter, .packed, .oldState:
      fault("%\(view.buffer) is written, which is not the plan's to write")
    case .arena, .prepared, .tile, .slot:
      if buffer.block != block { fault("%\(view.buffer) belongs to another block") }
    case .newState, .window: break
    }
    for other in task.reads where other.buffer == view.buffer && !isLoop(task) {
      guard let read = other.reach, let written = view.reach else { continue }
      if buffer.isArena && read.overlaps(written) {
        fault("%\(view.buffer) is read and written by one task")
      }
    }
  }

  private func isLoop(_ task: ScheduledTask) -> Bool {
    switch task.op {
    case .loop, .rowTiles: true
    case .contraction, .convolution, .elementwise, .rowwise, .attention, .lstmCell, .copy, .pack,
      .generic:
      false
    }
  }

  private mutating func checkBounds(_ view: BufferView) -> Bool {
    let buffer = schedule.buffers[view.buffer]
    let width = view.dtype.byteCount
    if view.strides.count != view.shape.count {
      fault("a view of %\(view.buffer) with \(view.strides.count) strides for \(view.shape)")
      return false
    }
    guard let reach = view.reach else { return true }
    if reach.lowerBound < 0 || (reach.upperBound + 1) * width > buffer.byteCount, !isSlot(buffer) {
      fault("a view of %\(view.buffer) reaches \(reach), outside \(buffer.type)")
      return false
    }
    return true
  }

  /// A slot's memory is part of a sequence.
  private func isSlot(_ buffer: Buffer) -> Bool {
    if case .slot = buffer.storage { true } else { false }
  }
}
