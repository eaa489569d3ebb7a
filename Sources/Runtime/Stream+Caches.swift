import Execution
import Layers
import Programs
package import Tensors

// Caches that grow: see `LayerContext.fillsCache`.
extension Stream {
  /// How many timesteps the caches of attention with an unlimited past have room for; nil without such.
  public var cacheCapacity: Int? { cacheGrowth.isEmpty ? nil : form.cacheCapacity }

  /// How many timesteps each of them holds, by the path of the layer.
  public var cachedTime: [String: Int] {
    cacheGrowth.mapValues { (Rational(position) * $0).ceiling }
  }

  /// The capacity of the caches behind so many input timesteps.
  ///
  /// - Throws: ``RuntimeError`` `.cacheFull`.
  package func cacheCapacity(at position: Int) throws(RuntimeError) -> Int {
    guard let growth = cacheGrowth.values.max() else { return form.cacheCapacity }
    let time = (Rational(position) * growth).ceiling
    let capacity = try caches.holding(time)
    return hasExactCaches ? max(1, time) : max(form.cacheCapacity, capacity)
  }

  /// Makes a step of so many timesteps with room for them in the caches.
  ///
  /// - Throws: ``RuntimeError`` `.cacheFull`, ``MemoryError``, or what the step throws; then the state is as it was.
  package func withRoom<Result>(
    for time: Int, _ options: RunOptions = RunOptions(), _ step: () throws -> Result
  ) throws -> Result {
    let before = (form, state)
    do {
      try makeRoom(for: time, options)
      return try step()
    } catch {
      (form, state) = before
      throw error
    }
  }

  /// Lets the caches grow until there is room for a step of so many timesteps.
  package func makeRoom(for time: Int, _ options: RunOptions = RunOptions()) throws {
    let capacity = try cacheCapacity(at: position + time)
    guard capacity != form.cacheCapacity else { return }
    let other = try form(cacheCapacity: capacity, cancel: options.cancel)
    try model.memory.require(
      other.layout.memoryByteCount,
      for: "a state with caches for \(capacity) timesteps, at timestep \(position)")
    let values = zip(other.leaves, zip(state.values, other.values)).map { leaf, values in
      leaf.fitted(values.0, before: values.1)
    }
    state = try StateBuffers(other.layout, values: values, memory: model.memory)
    form = other
  }

  /// The state at the start with caches of a capacity.
  func form(cacheCapacity: Int, cancel: CancelFlag? = nil) throws -> StateForm {
    guard cacheCapacity != form.cacheCapacity else { return form }
    return try StateForm.of(
      model, batch: batch, constants, cacheCapacity: cacheCapacity, cancel: cancel
    ).form
  }

  /// The state at the start for a snapshot whose caches have that capacity.
  func form(of capacity: Int?) throws -> StateForm {
    guard !cacheGrowth.isEmpty, let capacity else { return form }
    guard capacity >= 1, capacity <= caches.maximum else {
      throw RuntimeError(
        .cacheFull, found: "a state with caches for \(capacity) timesteps",
        expected: "at most \(caches.maximum), the stated capacity")
    }
    return try form(cacheCapacity: capacity)
  }
}

/// The leaves of a state and what they are at the start, for one capacity of the caches that grow.
package struct StateForm {
  var cacheCapacity: Int
  var leaves: [StateLeafSpec]
  package var values: [Tensor]
  var layout: StateLayout

  /// The form of a model's state, and the plan of a step of one block.
  ///
  /// At the start caches without room to spare are as small as they can be.
  static func of(
    _ model: Model, batch: Int, _ constants: Constants, cacheCapacity: Int, isStart: Bool = false,
    cancel: CancelFlag?
  ) throws -> (form: StateForm, step: TracePlan) {
    let (block, options) = (model.blockSize, RunOptions(cancel: cancel))
    let start = try model.plan(
      .initialState, batch, block, constants.specs, options, cacheCapacity: cacheCapacity)
    if isStart, start.trace.hasExactCaches, cacheCapacity > 1 {
      return try of(model, batch: batch, constants, cacheCapacity: 1, cancel: cancel)
    }
    model.bind(start, constants, batch: batch)
    try start.executor.execute().requireFinished()
    let step = try model.plan(
      .step, batch, block, constants.block(0..<block).specs, options, cacheCapacity: cacheCapacity)
    let values = step.trace.state.map { leaf in
      var path = leaf.path
      switch step.trace.addedState[path] {
      case .zeros: return Tensor(zeros: leaf.type.shape, leaf.type.dtype)
      case .copy(let other): path = other
      case nil: break
      }
      guard let value = start.output(.state, path) else {
        preconditionFailure("The initial state has every leaf.")
      }
      return value
    }
    let form = StateForm(
      cacheCapacity: cacheCapacity, leaves: step.trace.state, values: values,
      layout: step.executor.plan.stateLayout)
    return (form, step)
  }
}

extension Tensor {
  /// The newest entries `[b, length, ...]` of a window, behind zeros where it has fewer.
  package func newest(_ length: Int) -> Tensor {
    let missing = length - shape[1]
    guard missing > 0 else { return sliced(time: -missing..<shape[1]) }
    let none = Tensor(zeros: [shape[0], missing] + shape.dropFirst(2), dtype)
    return .joined(time: [none, self])
  }
}

extension StateLeafSpec {
  /// The value of this leaf with the length that its window has here: with what stands at the start before the
  /// entries that have come, or without the oldest.
  func fitted(_ value: Tensor, before start: Tensor) -> Tensor {
    guard value.shape != type.shape, case .window(axis: 1, let length) = kind, value.rank >= 2
    else {
      return value
    }
    let missing = length - value.shape[1]
    return missing > 0
      ? .joined(time: [start.sliced(time: 0..<missing), value])
      : value.sliced(time: -missing..<value.shape[1])
  }
}
