import Execution
import Layers
import Programs
public import Tensors

// The state of a stream from outside.
extension Stream {
  /// Goes back to the start.
  public func reset() {
    // Caches that have grown are small again; if there should be no room for those, they stay large.
    let initial = hasExactCaches ? 1 : caches.initial
    if form.cacheCapacity != initial, let small = try? form(cacheCapacity: initial),
      let buffers = try? StateBuffers(small.layout, values: small.values, memory: model.memory)
    {
      (form, state) = (small, buffers)
    }
    for (index, value) in form.values.enumerated() { state[index] = value }
    position = 0
  }

  /// The position and a copy of all state leaves.
  public func snapshot() -> StreamSnapshot {
    StreamSnapshot(
      position: position, batch: batch, cacheCapacity: cacheCapacity, leaves: leaves,
      values: state.values)
  }

  /// Returns to a snapshot of this model.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` when it has other leaves, `.cacheFull` for larger caches than this
  ///   stream may have; ``MemoryError`` when there is no room for them.
  public func restore(_ snapshot: StreamSnapshot) throws {
    let form = try form(of: snapshot.cacheCapacity)
    guard snapshot.leaves == form.leaves, snapshot.batch == batch else {
      throw RuntimeError(
        .invalidState,
        found: "a state of \(snapshot.leaves.count) leaves of another model or batch",
        expected: "the \(leaves.count) leaves of this stream")
    }
    if form.cacheCapacity != self.form.cacheCapacity {
      state = try StateBuffers(form.layout, values: snapshot.values, memory: model.memory)
      self.form = form
    } else {
      for (index, value) in snapshot.values.enumerated() { state[index] = value }
    }
    position = snapshot.position
  }

  /// An independent stream in the same state.
  public func clone() throws -> Stream {
    let other = try Stream(model, batch: batch, constants: constants)
    try other.restore(snapshot())
    return other
  }

  /// The current value of one leaf.
  public func value(of leaf: Int) -> Tensor { state[leaf] }

  /// Replaces the value of one leaf; a window that had another length when it was read gets its newest entries.
  ///
  /// - Precondition: dtype and shape are the leaf's, but for the length of a window that grows.
  public func setValue(of leaf: Int, _ value: Tensor) {
    state[leaf] = fitted(value, leaf)
  }

  /// An earlier value of a leaf with the length that its window has now.
  package func fitted(_ value: Tensor, _ leaf: Int) -> Tensor {
    leaves[leaf].fitted(value, before: form.values[leaf])
  }
}
