import Programs
public import Tensors

/// Runs a plan: owns the memory of one run and the addresses of everything that the plan uses.
///
/// After the first run nothing is locked or thrown, and nothing allocated but memory for large results in
/// place of what callers still hold. Not `Sendable`: one thread at a time.
public final class Executor {
  /// What is run.
  public let plan: Plan
  /// What the memory of a run may take.
  public let memory: MemoryBudget
  /// Where parameters come from.
  public let parameters: ParameterStore

  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let arena: UnsafeMutableRawPointer
  private let prepared: [UnsafeMutableRawPointer]
  /// The memory of large results, which callers share.
  private(set) var outputRegions: [TensorStorage]
  /// Tensors whose memory slots point to.
  private var boundInputs: [Tensor?]
  /// The inputs that were never set.
  private var unsetInputs: Set<Int>
  private var boundParameters: [Tensor] = []
  private var preparedVersion = -1
  private let inputSlots: [Int]
  private let stateSlots: ContiguousArray<StateSlot>
  private let changes: ContiguousArray<StateChange>
  private let pool: WorkerPool?
  private let watch = RunWatch()

  private struct StateSlot {
    var slot: Int
    var leaf: Int
    var isNext: Bool
  }

  /// Prepares to run a plan with these parameters.
  ///
  /// - Precondition: `parameters` has every parameter of the plan, with its dtype and shape.
  ///
  /// - Parameters:
  ///   - plan: What to run.
  ///   - parameters: Has every parameter of the plan.
  ///   - pool: Threads that share large pieces of work; nil leaves all work to the caller's thread.
  ///   - memory: What all values of a run may take together.
  /// - Throws: ``MemoryError`` when they take more; then nothing was allocated.
  public init(
    _ plan: Plan, parameters: ParameterStore = ParameterStore(), pool: WorkerPool? = nil,
    memory: MemoryBudget = .standard
  ) throws(MemoryError) {
    try memory.require(plan.byteCount, for: "the program of a run")
    self.plan = plan
    self.parameters = parameters
    self.pool = pool
    self.memory = memory
    let buffers = plan.schedule.buffers
    var regions: [TensorStorage] = []
    for region in plan.memory.outputs {
      regions.append(try AlignedMemory.storage(region.byteCount, memory, for: "a result"))
    }
    var prepared: [Int: UnsafeMutableRawPointer] = [:]
    do throws(MemoryError) {
      for (index, buffer) in buffers.enumerated() {
        guard case .prepared = buffer.storage else { continue }
        prepared[index] = try AlignedMemory.allocate(buffer.byteCount, memory, for: "a fixed value")
      }
      arena = try AlignedMemory.allocate(
        plan.arenaByteCount, memory, for: "the program of a run")
    } catch {
      prepared.values.forEach(AlignedMemory.free)
      throw error
    }
    self.prepared = Array(prepared.values)
    slots = .allocate(capacity: max(buffers.count, 1))
    boundInputs = Array(repeating: nil, count: plan.program.inputs.count)
    changes = ContiguousArray(plan.schedule.stateChanges)
    outputRegions = regions
    var inputSlots: [Int] = Array(repeating: -1, count: plan.program.inputs.count)
    var stateSlots: ContiguousArray<StateSlot> = []
    for (index, buffer) in buffers.enumerated() {
      var address = arena
      switch buffer.storage {
      case .arena:
        let region = plan.memory.regions[index].map { Executor.address(regions[$0]) } ?? arena
        address = region + max(plan.memory.offsets[index], 0)
      case .prepared: address = prepared[index] ?? arena
      case .constant(let tensor): address = Executor.address(tensor)
      case .input(let input): inputSlots[input] = index
      case .oldState(let leaf), .window(let leaf):
        stateSlots.append(StateSlot(slot: index, leaf: leaf, isNext: false))
      case .newState(let leaf):
        stateSlots.append(StateSlot(slot: index, leaf: leaf, isNext: true))
      case .parameter, .packed, .slot, .tile: break
      }
      slots.advanced(by: index).initialize(to: address)
    }
    self.inputSlots = inputSlots
    self.stateSlots = stateSlots
    unsetInputs = Set(inputSlots.indices.filter { inputSlots[$0] >= 0 })
    boundParameters = plan.parameterNames.map { _ in Tensor(zeros: []) }
  }

  deinit {
    slots.deallocate()
    AlignedMemory.free(arena)
    for memory in prepared { AlignedMemory.free(memory) }
  }

  /// Tensors never move or change while they are kept alive and not written.
  private static func address(_ tensor: Tensor) -> UnsafeMutableRawPointer {
    tensor.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else {
        preconditionFailure("A tensor's memory has an address.")
      }
      return UnsafeMutableRawPointer(mutating: base)
    }
  }

  private static func address(_ storage: TensorStorage) -> UnsafeMutableRawPointer {
    guard let base = storage.bytes.baseAddress else {
      preconditionFailure("Memory has an address.")
    }
    return base
  }

  /// Gives the value of an input (of any role but parameter and state) for the coming runs; it is
  /// not copied.
  ///
  /// - Precondition: `index` is a position in the program's inputs, the tensor of that input's type.
  public func setInput(_ index: Int, _ tensor: Tensor) {
    let input = plan.program.inputs[index]
    let type = plan.program[input.value]
    precondition(
      tensor.dtype == type.dtype && tensor.shape == type.shape,
      "Input \(input.name) is a \(type), not \(tensor.dtype.shortName)\(tensor.shape.shapeText).")
    boundInputs[index] = tensor
    bind(index, Executor.address(tensor))
  }

  /// Gives the memory of an input's dense elements, which must stay valid and unchanged during the
  /// coming runs.
  public func setInput(_ index: Int, address: UnsafeRawPointer) {
    bind(index, UnsafeMutableRawPointer(mutating: address))
  }

  private func bind(_ index: Int, _ address: UnsafeMutableRawPointer) {
    precondition(inputSlots[index] >= 0, "Parameters and state are not set as inputs.")
    slots[inputSlots[index]] = address
    if !unsetInputs.isEmpty { unsetInputs.remove(index) }
  }

  /// Which input was forgotten, for the message of a failed precondition.
  private var firstUnset: String {
    unsetInputs.min().map { plan.program.inputs[$0].name } ?? ""
  }

  /// Runs the program once.
  ///
  /// State leaves change when everything else has succeeded.
  ///
  /// - Precondition: all inputs are set; `state` has the plan's layout if that is not empty.
  ///
  /// - Parameters:
  ///   - state: The state leaves, for a program that has some.
  ///   - cancel: Stops the run between two kernels, and inside those that take long.
  ///   - progress: Told after every kernel, and every kernel of an iteration of a loop, how many are done, of
  ///     how many; on the caller's thread, so that it should be quick.
  /// - Returns: whether the run came to its end.
  @discardableResult
  public func execute(
    state: StateBuffers? = nil, cancel: CancelFlag? = nil, progress: ((Int, Int) -> Void)? = nil
  ) -> Completion {
    precondition(unsetInputs.isEmpty, "Input \(firstUnset) was never set.")
    do throws(MemoryError) {
      if preparedVersion != parameters.version { try prepare() }
      if !outputRegions.isEmpty { try renewEscapedOutputs() }
    } catch { return .outOfMemory(error) }
    let isWatched = cancel != nil || progress != nil
    if isWatched { watch.begin(total: plan.kernels.executionCount, cancel: cancel, tell: progress) }
    defer { if isWatched { watch.end() } }
    let context = ExecutionContext(slots: slots, watch: isWatched ? watch : nil, pool: pool)
    guard let state else {
      precondition(changes.isEmpty, "This program needs a state.")
      return plan.kernels.run(context) ? .finished : .cancelled
    }
    point(to: state)
    guard plan.kernels.run(context) else { return .cancelled }
    _ = plan.commits.run(ExecutionContext(slots: slots, watch: nil, pool: pool))
    for leaf in changes.indices {
      switch changes[leaf] {
      case .flip: state.flip(leaf)
      case .advance(let entries): state.advance(leaf, entries: entries)
      case .unchanged, .rewritten: break
      }
    }
    return .finished
  }

  /// Takes other memory in place of output regions that callers still hold.
  private func renewEscapedOutputs() throws(MemoryError) {
    let layout = plan.memory
    for region in outputRegions.indices
    where !isKnownUniquelyReferenced(&outputRegions[region]) {
      outputRegions[region] = try AlignedMemory.storage(
        layout.outputs[region].byteCount, memory, for: "a result")
      for index in layout.regions.indices where layout.regions[index] == region {
        slots[index] = Executor.address(outputRegions[region]) + layout.offsets[index]
      }
    }
  }

  @inline(__always)
  private func point(to state: StateBuffers) {
    precondition(
      state.layout.leaves.count == changes.count, "The state belongs to another model.")
    for leaf in changes.indices {
      if case .advance(let entries) = changes[leaf] { state.makeRoom(leaf, entries: entries) }
    }
    for index in stateSlots.indices {
      let entry = stateSlots[index]
      slots[entry.slot] =
        entry.isNext ? state.nextAddress(entry.leaf) : state.currentAddress(entry.leaf)
    }
  }

  /// Binds the parameters and computes what depends on nothing else.
  private func prepare() throws(MemoryError) {
    try parameters.makePanels(
      plan.schedule.buffers.compactMap { buffer in
        guard case .packed(let place, let layout) = buffer.storage else { return nil }
        return (plan.parameterNames[place], layout)
      }, memory)
    for (index, buffer) in plan.schedule.buffers.enumerated() {
      switch buffer.storage {
      case .parameter(let place):
        let tensor = parameters.tensor(plan.parameterNames[place], byteCount: buffer.byteCount)
        boundParameters[place] = tensor
        slots[index] = Executor.address(tensor)
      case .packed(let place, let layout):
        slots[index] = parameters.panels(plan.parameterNames[place], layout)
      case .arena, .prepared, .tile, .constant, .input, .oldState, .newState, .window, .slot: break
      }
    }
    _ = plan.preparation.run(ExecutionContext(slots: slots, watch: nil, pool: pool))
    preparedVersion = parameters.version
  }
}
