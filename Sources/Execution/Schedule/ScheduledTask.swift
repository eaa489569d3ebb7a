import Tensors

/// One operation of a schedule with the memory that it touches; it becomes one kernel.
struct ScheduledTask {
  var op: ScheduledOp
  var operands: [BufferView]
  var results: [BufferView]
  /// Buffers that it writes for itself.
  var scratch: [Int] = []
  /// The position in the schedule's scopes of the layer that it belongs to.
  var scope: Int

  /// All that it reads.
  var reads: [BufferView] { operands + op.namedOperands }

  /// The buffers that it reads, writes, and touches at all.
  var readBuffers: [Int] { reads.map(\.buffer) }
  var writtenBuffers: [Int] { results.map(\.buffer) + scratch }
  var touchedBuffers: Set<Int> { Set(readBuffers).union(writtenBuffers) }

  func reads(anyOf buffers: Set<Int>) -> Bool { reads.contains { buffers.contains($0.buffer) } }

  func writes(anyOf buffers: [Int]) -> Bool {
    results.contains { buffers.contains($0.buffer) } || scratch.contains { buffers.contains($0) }
  }

  /// The block that it runs itself, for loops.
  var body: Int? { if case .loop(let loop) = op { loop.body } else { nil } }
}

/// A list of tasks that run in order: the program, what it needs once beforehand, or a loop's body.
struct Block {
  var tasks: [ScheduledTask] = []
  /// Buffers that stay untouched until the block has ended: its live-outs.
  var liveOut: Set<Int> = []
}
