import Tensors

/// A piece of memory that a plan uses.
struct Buffer {
  /// Who provides the memory.
  enum Home {
    /// The executor's arena, shared over time with other buffers of the same block.
    case arena
    /// The executor, for as long as it lives: results that never change.
    case kept
    /// The program.
    case constant(Tensor)
    /// The caller: the input at that position of the program.
    case input(Int)
    /// The parameter store: the parameter at that position of the plan's list.
    case parameter(Int)
    /// The parameter store: panels of a parameter, which all plans of a model share.
    case packed(Int, PackingKey)
    /// The state as it was before the run.
    case oldState(Int)
    /// The memory that becomes the state when the run has ended.
    case newState(Int)
    /// A moving window, from its oldest entry on.
    case window(Int)
    /// Set anew by a loop for every turn.
    case turn
  }

  var home: Home
  var byteCount: Int
  /// The block whose tasks write it.
  var block: Int
}

/// A piece of memory for a large result, which is handed to callers without being copied.
struct LentPiece {
  /// The buffer of the result, at the start of the piece.
  var buffer: Int
  var byteCount: Int
}

extension BufferView {
  /// Whether the view is all of a buffer in its order.
  func isWhole(of buffer: Buffer) -> Bool {
    offset == 0 && isDense && byteCount == buffer.byteCount
  }
}

/// One kernel of a plan with the buffers that it touches.
struct PlannedTask {
  /// A result that may take over the memory of an operand if nobody reads that later.
  struct InPlace: Hashable {
    var result: Int
    var operand: Int
  }

  var kernel: Kernel
  var reads: [Int]
  var writes: [Int]
  /// Those among `writes` that nobody else looks at.
  var scratch: Set<Int> = []
  /// How the operands and results lie in their buffers.
  var readViews: [BufferView] = []
  var writeViews: [BufferView] = []
  var inPlace: [InPlace] = []
  /// The block that the kernel runs itself, for loops.
  var body: Int? = nil
  /// The position in the program's scopes.
  var scope: Int
}

extension PlannedTask {
  /// A task on views; its first result may take over the memory of an operand of `replaceable`.
  init(
    kernel: Kernel, reads: [BufferView], writes: [BufferView], scratch: BufferView? = nil,
    replaceable: [BufferView], scope: Int
  ) {
    let results = writes.map(\.buffer)
    self.init(
      kernel: kernel, reads: reads.map(\.buffer),
      writes: results + (scratch.map { [$0.buffer] } ?? []), scope: scope)
    self.scratch = scratch.map { [$0.buffer] } ?? []
    readViews = reads
    writeViews = writes
    inPlace =
      results.first.map { result in
        replaceable.map { InPlace(result: result, operand: $0.buffer) }
      } ?? []
  }
}

/// A list of tasks that run in order: the program, what it needs once beforehand, or a loop's body.
struct Block {
  var tasks: [PlannedTask] = []
  /// Buffers that stay untouched until the block has ended.
  var pinned: Set<Int> = []
}
