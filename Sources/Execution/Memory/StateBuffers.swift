import Programs
public import Tensors

/// The state of one stream.
///
/// Any plan with the same layout can run on it; two streams never
/// touch each other.
///
/// Replaced leaves have two memories that change places when a run has ended, so a cancelled run
/// leaves the state as it was. Windows are appended to behind their newest entry, which becomes
/// visible at the end of the run too.
public final class StateBuffers {
  /// What is held.
  public let layout: StateLayout
  private let leaves: UnsafeMutablePointer<LeafMemory>
  /// What all leaves lie in, one behind the other.
  private let memory: UnsafeMutableRawPointer

  /// The memory of one leaf.
  struct LeafMemory {
    /// The current value; for a window, the memory's start.
    var current: UnsafeMutableRawPointer
    /// The place of the next value; unused by windows.
    var next: UnsafeMutableRawPointer
    /// The oldest entry of a window.
    var position: Int
    var window: WindowMemory
    var isWindow: Bool
  }

  /// Makes a state of zeros.
  ///
  /// - Throws: ``MemoryError`` when there is no memory for it.
  public init(_ layout: StateLayout, memory budget: MemoryBudget = .standard) throws(MemoryError) {
    self.layout = layout
    memory = try AlignedMemory.allocate(
      layout.memoryByteCount, budget, for: "the state of a stream")
    leaves = .allocate(capacity: max(layout.leaves.count, 1))
    var free = memory
    for (index, leaf) in layout.leaves.enumerated() {
      let next = leaf.window == nil ? free + leaf.memoryByteCount / 2 : free
      let window = leaf.window ?? WindowMemory(rows: 0, length: 0, entryBytes: 0)
      // Windows that begin at different places do not all move to the front in the same step.
      let position = leaf.window == nil ? 0 : window.slack * index / layout.leaves.count
      leaves.advanced(by: index).initialize(
        to: LeafMemory(
          current: free, next: next, position: position, window: window,
          isWindow: leaf.window != nil))
      free += leaf.memoryByteCount
    }
  }

  /// Makes a state from the values of its leaves.
  ///
  /// - Precondition: as many values as leaves, of their types.
  public convenience init(
    _ layout: StateLayout, values: [Tensor], memory: MemoryBudget = .standard
  ) throws(MemoryError) {
    try self.init(layout, memory: memory)
    precondition(values.count == layout.leaves.count, "One value a state leaf is needed.")
    for (index, value) in values.enumerated() { self[index] = value }
  }

  deinit {
    AlignedMemory.free(memory)
    leaves.deallocate()
  }

  /// A copy of a leaf's value, oldest entry first.
  public subscript(index: Int) -> Tensor {
    get {
      let type = layout.leaves[index].type
      return Tensor(type.dtype, shape: type.shape) { target in
        guard let base = target.baseAddress, target.count > 0 else { return }
        copy(leaf: leaves[index], index, base, isReading: true)
      }
    }
    set {
      let type = layout.leaves[index].type
      precondition(
        newValue.dtype == type.dtype && newValue.shape == type.shape,
        "State leaf \(layout.leaves[index].name) is a \(type).")
      newValue.withUnsafeBytes { source in
        guard let base = source.baseAddress, source.count > 0 else { return }
        copy(leaf: leaves[index], index, UnsafeMutableRawPointer(mutating: base), isReading: false)
      }
    }
  }

  /// The values of all leaves, in order.
  public var values: [Tensor] { layout.leaves.indices.map { self[$0] } }

  /// An independent state of equal value.
  public func clone() throws(MemoryError) -> StateBuffers {
    try StateBuffers(layout, values: values)
  }

  private func copy(
    leaf: LeafMemory, _ index: Int, _ other: UnsafeMutableRawPointer, isReading: Bool
  ) {
    func move(_ inside: UnsafeMutableRawPointer, _ outside: UnsafeMutableRawPointer, _ bytes: Int) {
      if isReading {
        outside.copyMemory(from: inside, byteCount: bytes)
      } else {
        inside.copyMemory(from: outside, byteCount: bytes)
      }
    }
    guard leaf.isWindow else {
      let type = layout.leaves[index].type
      move(leaf.current, other, type.shape.byteCount(of: type.dtype))
      return
    }
    let valueBytes = leaf.window.length * leaf.window.entryBytes
    let start = leaf.current + leaf.position * leaf.window.entryBytes
    for row in 0..<leaf.window.rows {
      move(start + row * leaf.window.rowBytes, other + row * valueBytes, valueBytes)
    }
  }

  /// The address of the current value, of a window's oldest entry.
  @inline(__always)
  func currentAddress(_ index: Int) -> UnsafeMutableRawPointer {
    leaves[index].current + leaves[index].position * leaves[index].window.entryBytes
  }

  /// The address of the next value of a replaced leaf.
  @inline(__always)
  func nextAddress(_ index: Int) -> UnsafeMutableRawPointer { leaves[index].next }

  /// Moves a window to the front of its memory if `entries` more do not fit behind it.
  @inline(__always)
  func makeRoom(_ index: Int, entries: Int) {
    let leaf = leaves[index]
    guard leaf.position + leaf.window.length + entries > leaf.window.capacity else { return }
    let bytes = leaf.window.length * leaf.window.entryBytes
    for row in 0..<leaf.window.rows {
      let start = leaf.current + row * leaf.window.rowBytes
      start.copyMemory(from: start + leaf.position * leaf.window.entryBytes, byteCount: bytes)
    }
    leaves[index].position = 0
  }

  /// Makes appended entries visible.
  @inline(__always)
  func advance(_ index: Int, entries: Int) { leaves[index].position += entries }

  /// Makes the next value the current one.
  @inline(__always)
  func flip(_ index: Int) { swap(&leaves[index].current, &leaves[index].next) }
}
