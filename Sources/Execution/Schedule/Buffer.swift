import Programs
import Tensors

/// A piece of memory that a schedule uses.
struct Buffer {
  /// Its storage class: what provides the memory, and for how long.
  enum Storage {
    /// The executor's arena, shared over time with other buffers of the same block.
    case arena
    /// The executor, for its lifetime: results of the preparation.
    case prepared
    /// The scratch of a group of row tiles: only the rows of one tile exist.
    case tile
    /// The program.
    case constant(Tensor)
    /// The caller: the input at that position of the program.
    case input(Int)
    /// The parameter store: the parameter at that position of the plan's list.
    case parameter(Int)
    /// The parameter store: panels of a parameter, which all plans of a model share.
    case packed(Int, PanelLayout)
    /// The state as it was before the run.
    case oldState(Int)
    /// The memory that becomes the state when the run has ended.
    case newState(Int)
    /// A moving window of the state, from its oldest entry on.
    case window(Int)
    /// An address that a loop sets anew for every iteration.
    case slot
  }

  var storage: Storage
  /// What the whole memory holds.
  let type: ValueType
  let byteCount: Int
  /// The block whose tasks write it.
  var block: Int

  init(_ storage: Storage, _ type: ValueType, block: Int) {
    self.storage = storage
    self.type = type
    byteCount = type.shape.byteCount(of: type.dtype)
    self.block = block
  }
}

extension Buffer {
  /// Whether it is the executor's to place.
  var isArena: Bool { if case .arena = storage { true } else { false } }

  /// Whether it is memory of the state that this run writes.
  var isNextState: Bool {
    switch storage {
    case .window, .newState: true
    case .oldState, .input, .arena, .prepared, .tile, .constant, .parameter, .packed, .slot: false
    }
  }

  /// Whether it is memory of the state or of the caller, which may change when the run has ended.
  var isStateOrInput: Bool {
    switch storage {
    case .oldState, .newState, .window, .input: true
    case .arena, .prepared, .tile, .constant, .parameter, .packed, .slot: false
    }
  }
}

extension BufferView {
  /// Whether the view is all of a buffer in its order.
  func isWhole(of buffer: Buffer) -> Bool {
    offset == 0 && isDense && byteCount == buffer.byteCount
  }
}
