public import Programs
import Tensors

/// The state leaves of a model: what a plan needs of state and what ``StateBuffers`` hold.
///
/// Plans of one model for other block counts have equal layouts.
public struct StateLayout: Hashable, Sendable {
  /// One piece of state.
  public struct Leaf: Hashable, Sendable {
    /// The name, such as `encoder/conv/buffer`.
    public var name: String
    /// dtype and shape of its value.
    public var type: ValueType
    /// How it changes.
    public var kind: StateKind

    /// Makes a leaf.
    public init(name: String, type: ValueType, kind: StateKind) {
      self.name = name
      self.type = type
      self.kind = kind
    }
  }

  /// The leaves, in program order.
  public var leaves: [Leaf]

  /// Makes a layout.
  public init(leaves: [Leaf]) { self.leaves = leaves }

  /// The state inputs of a program, in their order.
  public init(_ program: Program) {
    leaves = program.inputs.compactMap { input in
      guard case .state(let kind) = input.role else { return nil }
      return Leaf(name: input.name, type: program[input.value], kind: kind)
    }
  }
}

extension StateLayout {
  /// The bytes that the state of a stream takes.
  package var memoryByteCount: Int {
    leaves.reduce(0) { Rational.sum($0, $1.memoryByteCount) }
  }
}

extension StateLayout.Leaf {
  /// The memory of a moving window; nil for leaves that are replaced.
  var window: WindowMemory? {
    guard case .window(let axis, let length) = kind, type.shape.elementCount > 0,
      axis < type.rank, type.shape[axis] == length
    else { return nil }
    return WindowMemory(
      rows: type.shape[..<axis].reduce(1, *), length: length,
      entryBytes: type.shape[(axis + 1)...].reduce(type.dtype.byteCount, *))
  }

  /// The bytes of a window, or of the two places of a leaf that is replaced.
  var memoryByteCount: Int {
    if let window { return AlignedMemory.padded(window.byteCount) }
    return 2 * AlignedMemory.padded(type.shape.byteCount(of: type.dtype))
  }
}

/// The extents of a moving window: every batch row has room for its entries and as many again, or half
/// as many if they are large, so that a step appends in place and the entries move to the front once in
/// a while.
struct WindowMemory: Hashable {
  var rows: Int
  var length: Int
  var entryBytes: Int

  /// How many entries can be appended before the window moves.
  var slack: Int {
    let isLarge = rows * length * entryBytes >= WindowMemory.largeByteCount
    return max(isLarge ? length / 2 : length, 8)
  }
  /// The entries that a row has room for.
  var capacity: Int { length + slack }
  var rowBytes: Int { capacity * entryBytes }
  var byteCount: Int { rows * rowBytes }

  private static let largeByteCount = 64 << 10
}
