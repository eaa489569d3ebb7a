import CKernels
import Programs
import Tensors

/// A program as operations on buffers, in the order in which they run: the one representation between a
/// program and its kernels.
///
/// ``Lowering`` makes it from a program, each ``SchedulePass`` rewrites it, ``KernelBuilder`` makes its
/// kernels. It is data: it can be printed and read back at any point (``text``, ``init(parsing:)``) and
/// checked (``verify()``).
package struct Schedule {
  /// What needs to run once, because it depends on constants and parameters only.
  static let preparation = 0
  /// The program itself.
  static let main = 1

  var buffers: [Buffer] = []
  /// The preparation, the program, then the bodies of loops, inner ones behind those that hold them.
  var blocks = [Block(), Block()]
  /// Copies into windows of the state that run when all else has succeeded.
  var commits: [ScheduledTask] = []
  /// What becomes of every state leaf after the commits.
  var stateChanges: [StateChange] = []
  /// By the number of a program's value where it lies after a run, for all that can be read then.
  var values: [Int: BufferView] = [:]
  /// What buffers from outside are called.
  var names: [Int: String] = [:]
  /// The layers that tasks belong to.
  var scopes = [""]
  /// Where arena buffers lie, once that is decided.
  var memory: ArenaLayout?

  init() {}
}

/// What becomes of a state leaf when a run has ended.
enum StateChange: Hashable {
  /// Nothing.
  case unchanged
  /// The next value becomes the current one.
  case flip
  /// Entries that were appended to a window become visible.
  case advance(entries: Int)
  /// The window's entries were written anew by the commits.
  case rewritten
}

extension Schedule {
  /// Whether a buffer's contents are the same in every run.
  func isFixed(_ buffer: Int) -> Bool {
    switch buffers[buffer].storage {
    case .constant, .parameter, .packed, .prepared: true
    case .arena: buffers[buffer].block == Schedule.preparation
    case .input, .oldState, .newState, .window, .slot, .tile: false
    }
  }

  /// How many tasks touch each buffer, in all blocks; live-outs once more.
  var useCounts: [Int] {
    var counts = Array(repeating: 0, count: buffers.count)
    for block in blocks {
      for task in block.tasks {
        for buffer in task.touchedBuffers { counts[buffer] += 1 }
      }
      for buffer in block.liveOut { counts[buffer] += 1 }
    }
    return counts
  }

  /// The 32-bit cell of an operand that is one number of the program; nil for others.
  func constantCell(_ view: BufferView) -> Int32? {
    guard case .constant(let tensor) = buffers[view.buffer].storage,
      let dtype = ElementwiseFunction.cellType(view.dtype),
      zip(view.shape, view.strides).allSatisfy({ $0 == 1 || $1 == 0 })
    else { return nil }
    return tensor.withUnsafeBytes { bytes in
      bytes.baseAddress.map { sw_tile_cell(dtype, $0 + view.byteOffset) }
    }
  }

  /// Whether an operand is +0 in every run.
  func isZero(_ view: BufferView) -> Bool { constantCell(view) == 0 }

  /// Whether element i of the operand lies where element i of the result would if it took the operand's
  /// memory.
  func isReplaceable(_ operand: BufferView, by result: BufferView) -> Bool {
    operand.offset == 0 && operand.isDense
      && operand.dtype.byteCount == result.dtype.byteCount
      && buffers[operand.buffer].byteCount == buffers[result.buffer].byteCount
  }
}
