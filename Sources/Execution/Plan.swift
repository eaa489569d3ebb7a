public import Programs
import Tensors

/// A program made ready to run: every decision about order, memory and kernels is taken.
///
/// All plans of one program give the same bits, whatever they keep and share.
public final class Plan {
  /// The program.
  public let program: Program
  /// What is kept.
  public let options: PlanOptions
  /// The state that runs need.
  public let stateLayout: StateLayout
  /// The names of the parameters and variables, which runs take from a ``ParameterStore``.
  public let parameterNames: [String]

  /// Where the values lie that can be read after a run.
  let shown: [Int: BufferView]
  let buffers: [Buffer]
  let offsets: [Int]
  /// The piece of `lent` in which each buffer lies; nil for the arena.
  let pieces: [Int?]
  /// The pieces of memory for large shown values.
  let lent: [LentPiece]
  /// The size of the memory that values share over time.
  package let arenaByteCount: Int
  /// The size of all that a run allocates: what values share, what never changes, and results.
  package let byteCount: Int
  let preparation: KernelList
  let kernels: KernelList
  let rewrites: KernelList
  let stateChanges: [StateChange]
  /// For every program input, its place among the parameters, or -1.
  let parameterIndex: [Int]

  /// The number of kernels that one run executes, loops counted once.
  public var instructionCount: Int { kernels.count }

  /// Plans a program.
  ///
  /// - Precondition: the program is verified.
  public convenience init(_ program: Program, _ options: PlanOptions = PlanOptions()) {
    self.init(program, options) { () throws(Never) in }
  }

  /// The same; `checkingCancellation` is called now and then and may throw to end it.
  package init<Failure: Error>(
    _ program: Program, _ options: PlanOptions = PlanOptions(),
    checkingCancellation check: () throws(Failure) -> Void
  ) throws(Failure) {
    self.program = program
    self.options = options
    stateLayout = StateLayout(program)
    let planner = Planner()
    var names: [String] = []
    var parameterIndex: [Int] = []
    var stateInputs: [BufferView] = []
    var inputs: [BufferView] = []
    for (index, input) in program.inputs.enumerated() {
      let type = program[input.value]
      let bytes = type.shape.byteCount(of: type.dtype)
      parameterIndex.append(-1)
      switch input.role {
      case .parameter:
        parameterIndex[index] = names.count
        names.append(input.name)
        let buffer = planner.addBuffer(.parameter(names.count - 1), byteCount: bytes)
        inputs.append(BufferView(buffer: buffer, type))
      case .state:
        let leaf = stateInputs.count
        stateInputs.append(planner.stateInput(leaf, stateLayout.leaves[leaf]))
        inputs.append(stateInputs[leaf])
      case .input, .constant, .variable, .seed, .operand:
        let buffer = planner.addBuffer(.input(index), byteCount: bytes)
        inputs.append(BufferView(buffer: buffer, type))
      }
    }
    let appends = Planner.windowAppends(program, stateLayout)
    let views = try planner.lower(program, inputs, appends: appends, check)
    let shownValues = Plan.shownValues(program, options)
    let (changes, rewrites) = planner.stateChanges(
      program, stateLayout, stateInputs, views, appends: appends, shown: shownValues)
    shown = planner.pinned(program, views, shownValues, rewrites.map(\.source))
    planner.dropUnusedPreparation()
    planner.keepPreparedResults()
    if options.kind != .debug { planner.readThroughMasks(options.limits) }
    planner.finishChains(options.kind == .debug ? nil : options.limits)
    if options.kind != .debug { planner.finishProducts() }
    planner.finishLoops()
    try check()
    if options.kind != .debug { planner.joinStrips(options.limits) }
    try check()
    let large = planner.lentBuffers(shown, options.limits)
    let layout = ArenaLayout(
      planner.buffers, planner.blocks, lent: large, sharesMemory: options.kind != .debug)
    buffers = planner.buffers
    offsets = layout.offsets
    pieces = layout.pieces
    arenaByteCount = layout.byteCount
    lent = zip(large, layout.lentByteCounts).map { LentPiece(buffer: $0, byteCount: $1) }
    byteCount = Plan.byteCount(layout, planner, shown, lent: large)
    preparation = KernelList(planner.blocks[Planner.preparation].tasks.map(\.kernel))
    kernels = KernelList(planner.blocks[Planner.main].tasks.map(\.kernel))
    self.rewrites = KernelList(rewrites.map(\.kernel))
    stateChanges = changes
    parameterNames = names
    self.parameterIndex = parameterIndex
  }

  /// What a run allocates: the arena with its pieces, fixed values, and copies of the results that are
  /// not handed over.
  private static func byteCount(
    _ layout: ArenaLayout, _ planner: Planner, _ shown: [Int: BufferView], lent: [Int]
  ) -> Int {
    let kept = planner.buffers.filter { if case .kept = $0.home { true } else { false } }
    let copied = shown.values.filter { view in
      if case .arena = planner.buffers[view.buffer].home {
        !lent.contains(view.buffer)
      } else {
        false
      }
    }
    let parts =
      [layout.byteCount] + layout.lentByteCounts + kept.map(\.byteCount)
      + copied.map { $0.shape.byteCount(of: $0.dtype) }
    return parts.reduce(0, Rational.sum)
  }

  /// The values that can be read after a run: all outputs, and what the options ask for.
  private static func shownValues(_ program: Program, _ options: PlanOptions) -> Set<ValueID> {
    var values = Set(program.outputs.filter { $0.role != .state }.map(\.value))
    switch options.kind {
    case .fast: break
    case .observed(let more): values.formUnion(more)
    case .debug:
      values.formUnion(program.inputs.map(\.value))
      values.formUnion(program.instructions.flatMap(\.results))
    }
    return values
  }
}

extension Planner {
  /// Makes sure that shown values survive the run, and tells where they are.
  func pinned(
    _ program: Program, _ views: [BufferView?], _ values: Set<ValueID>, _ sources: [Int]
  ) -> [Int: BufferView] {
    blocks[Planner.main].pinned.formUnion(sources)
    let outputs = Set(program.outputs.filter { $0.role != .state }.map(\.value))
    var shown: [Int: BufferView] = [:]
    for value in values.sorted(by: { $0.index < $1.index }) {
      guard var view = views[value.index] else { continue }
      // The memory of state and inputs may change before somebody reads the output.
      if outputs.contains(value), isStateMemory(view.buffer) { view = copied(view) }
      blocks[buffers[view.buffer].block].pinned.insert(view.buffer)
      shown[value.index] = view
    }
    for output in program.outputs where output.role == .state {
      guard shown[output.value.index] == nil,
        let view = nextState[output.value] ?? views[output.value.index]
      else { continue }
      blocks[buffers[view.buffer].block].pinned.insert(view.buffer)
      shown[output.value.index] = view
    }
    return shown
  }

  /// The buffers of large shown values that fill them, which can be handed over without a copy.
  func lentBuffers(_ shown: [Int: BufferView], _ limits: PlanLimits) -> [Int] {
    let whole = shown.values.filter { view in
      guard case .arena = buffers[view.buffer].home else { return false }
      return buffers[view.buffer].block == Planner.main && view.isWhole(of: buffers[view.buffer])
        && view.byteCount >= limits.leastLentByteCount
    }
    return Set(whole.map(\.buffer)).sorted()
  }

  /// Drops what would be computed beforehand for nobody, such as indices that became strides.
  func dropUnusedPreparation() {
    var used = blocks[Planner.preparation].pinned
    for index in blocks.indices where index != Planner.preparation {
      used.formUnion(blocks[index].tasks.flatMap(\.reads))
      used.formUnion(blocks[index].pinned)
    }
    var kept: [PlannedTask] = []
    for task in blocks[Planner.preparation].tasks.reversed() {
      guard !used.isDisjoint(with: task.writes) else { continue }
      used.formUnion(task.reads)
      kept.append(task)
    }
    blocks[Planner.preparation].tasks = kept.reversed()
  }

  /// Gives memory of their own to results of the preparation that the program uses.
  func keepPreparedResults() {
    let used = blocks.indices.filter { $0 != Planner.preparation }.flatMap { index in
      blocks[index].tasks.flatMap { $0.reads } + Array(blocks[index].pinned)
    }
    for buffer in Set(used).union(blocks[Planner.preparation].pinned)
    where buffers[buffer].block == Planner.preparation {
      if case .arena = buffers[buffer].home { buffers[buffer].home = .kept }
    }
  }
}
