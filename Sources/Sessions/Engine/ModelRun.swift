import Comparison
import Execution
import LayerTesting
import Layers
import Programs
import Runtime
import Tensors

/// A model, its input, and what the step-wise and the layer-wise run have given so far.
///
/// Everything here
/// is a function of document and position; it is thrown away when the document changes, but for the
/// steps that a changed end of the input leaves as they are.
final class ModelRun {
  let model: Model
  let input: SequenceTensor
  let constants: Constants
  /// What the layer-wise run keeps; traced where nobody has done so before.
  private(set) lazy var demand: RunDemand = knownDemand ?? tracedDemand
  private let knownDemand: RunDemand?
  let plan: StepPlan?
  let faults: [Fault]
  let modelRevision: Int
  let inputRevision: Int
  let stepRevision: Int
  /// The layers that were traced, children before parents, with their latencies.
  let places: [LayerTrace.LayerPlace]
  /// The state, which only this run advances.
  let stream: Runtime.Stream?
  /// How many steps were taken over from the run before.
  private(set) var sharedSteps = 0
  private(set) var position = 0
  private var history = StepHistory()
  private var checkpoints = CheckpointStore()
  private(set) var layerWise: RunOutput?
  private var largeEmits: [String: SequenceTensor]?
  private var verdicts: [VerdictKey: RunningVerdict] = [:]
  private var stateFaults: StateFaults
  /// The state before the last step, which is copied for the last step of a move; nil where it is not
  /// known, after a jump to a checkpoint or a stop on the way.
  private var before: [Int: Tensor]? = [:]
  /// Bytes of state of every layer and all inside it.
  private(set) lazy var stateBytes: [String: Int] = Self.bytes(stream?.leaves ?? [])
  /// The first NaN of the layer-wise outputs that were searched.
  private var nans: [String: NaNPlace?] = [:]
  /// The layer that the first one comes from, once that was searched.
  var nanPath: String??

  /// What is compared, and how closely.
  private struct VerdictKey: Hashable {
    var path: String
    var tolerance: Tolerance?
  }

  /// Starts at step 0, with the layer-wise result of the same model and input where that is known.
  init(
    _ document: Document, _ model: Model, input: SequenceTensor, _ demand: RunDemand,
    layerWise: RunOutput? = nil, cancel: CancelFlag? = nil
  ) throws {
    self.model = model
    knownDemand = demand
    self.layerWise = layerWise
    self.input = input
    constants = document.constants
    faults = document.faults
    stateFaults = StateFaults(faults)
    modelRevision = document.modelRevision
    inputRevision = document.inputRevision
    stepRevision = document.stepRevision
    if model.training != document.training { model.training = document.training }
    guard model.layer.supportsStep else {
      (plan, stream, places) = (nil, nil, [])
      return
    }
    let cut = StepPlan(input.time, document, model)
    // Only a changed rewrite may throw the planned programs away.
    let layers = faults.multiplyingLayers
    if !layers.isEmpty { model.stepRewrite = { $0.multiplyingMasks(inLayers: layers) ?? $0 } }
    let stream = try model.makeStream(
      batch: input.batch,
      constants: layers.isEmpty ? constants : constants.mapValues(\.poisoned), cancel: cancel)
    plan = cut
    self.stream = stream
    places = stream.layers
    checkpoints.add(Checkpoint(stream: stream.snapshot(), previous: [:]), at: 0)
  }

  /// The same model on an input that begins as that of another run: the steps that both share are
  /// taken over, at most up to where the other run stands.
  init(
    _ document: Document, continuing old: ModelRun, input: SequenceTensor,
    _ demand: RunDemand? = nil
  ) throws {
    model = old.model
    knownDemand = demand
    self.input = input
    constants = old.constants
    faults = old.faults
    stateFaults = old.stateFaults
    modelRevision = document.modelRevision
    inputRevision = document.inputRevision
    stepRevision = document.stepRevision
    places = old.places
    stream = try old.stream?.clone()
    plan = old.plan == nil ? nil : StepPlan(input.time, document, old.model)
    guard let plan, let stream, let oldPlan = old.plan else { return }
    let same = input.commonTime(old.input)
    let known = zip(oldPlan.boundaries, plan.boundaries).prefix { $0 == $1 && $0 <= same }.count - 1
    sharedSteps = max(0, min(known, old.history.steps.count))
    history = old.history
    history.truncate(to: sharedSteps)
    checkpoints = old.checkpoints
    checkpoints.truncate(to: sharedSteps)
    position = old.position
    before = old.before
    if position > sharedSteps { try restore(upTo: sharedSteps, stream) }
  }

  // MARK: - Layer-wise

  private var tracedDemand: RunDemand {
    let request = TraceRequest(
      batch: input.batch, time: input.time, input: model.input, constants: constants.specs,
      options: TraceOptions(training: model.training, taps: true, emits: true))
    return (try? model.trace(.layer, request)).map(RunDemand.init) ?? RunDemand()
  }

  /// Whether the layer-wise result has been computed.
  var hasLayerWise: Bool { layerWise != nil }

  /// The layer-wise result with the output of every layer, and with what layers emit where that is small.
  func layerWiseResult(
    cancel: CancelFlag? = nil, progress: ((Int, Int) -> Void)? = nil
  ) throws -> RunOutput {
    if let layerWise { return layerWise }
    let result = try model.layer(
      input, constants: constants,
      options: RunOptions(emits: demand.keepsEmits, taps: true, cancel: cancel),
      progress: progress)
    layerWise = result
    return result
  }

  /// Whether what layers emit has been computed.
  var hasEmits: Bool { hasLayerWise && demand.keepsEmits || largeEmits != nil }

  /// What layers emit for the whole input; large emits are computed when they are first asked for.
  ///
  /// - Throws: ``MemoryError`` where there is no memory for them.
  func emits(
    cancel: CancelFlag? = nil, progress: ((Int, Int) -> Void)? = nil
  ) throws -> [String: SequenceTensor] {
    if demand.keepsEmits { return try layerWiseResult(cancel: cancel, progress: progress).emits }
    if let largeEmits { return largeEmits }
    let result = try model.layer(
      input, constants: constants, options: RunOptions(emits: true, cancel: cancel),
      progress: progress
    ).emits
    largeEmits = result
    return result
  }

  /// The emit names of a layer and all inside it, in order.
  func emitNames(inside path: String) -> [String] {
    demand.emitters.filter { $0.value.isInside(path) }.keys.sorted()
  }

  // MARK: - Steps

  /// Goes to a step, recomputing from the nearest checkpoint; steps that were never made are made.
  ///
  /// `progress` is told of the position, between steps and now and then inside one.
  /// - Throws: `RuntimeError` `.cancelled` with the position where the run stopped.
  func go(
    to target: Int, cancel: CancelFlag? = nil,
    progress: (_ position: Int, _ isBetweenSteps: Bool) -> Void = { _, _ in }
  ) throws {
    guard let stream, plan != nil else { return }
    if target < position || checkpoints.hasOne(behind: position, upTo: target) {
      try restore(upTo: target, stream)
    }
    try advance(stream, to: target, cancel: cancel, progress: progress)
  }

  /// Makes all steps up to a step, also where a checkpoint would save them.
  private func advance(
    _ stream: Runtime.Stream, to target: Int, cancel: CancelFlag?,
    progress: (_ position: Int, _ isBetweenSteps: Bool) -> Void
  ) throws {
    while position < target {
      if let cancel, cancel.isRaised { throw Model.cancelled }
      try step(stream, isLast: position + 1 == target, cancel) { progress(position, false) }
      progress(position, true)
    }
  }

  private func restore(upTo target: Int, _ stream: Runtime.Stream) throws {
    guard let (step, checkpoint) = checkpoints.last(upTo: target) else { return }
    try stream.restore(checkpoint.stream)
    stateFaults.previous = checkpoint.previous
    position = step
    before = step == 0 ? [:] : nil
  }

  /// Whether it is known what the last step changed; before the first that is nothing.
  var knowsChanges: Bool { stream == nil || before != nil }

  /// Finds out what the last step changed, by making it again from the checkpoint before it.
  ///
  /// Position, state and outputs are the same afterwards, also when it is stopped.
  /// - Throws: `RuntimeError` `.cancelled`.
  func recallChanges(cancel: CancelFlag? = nil, progress: (Int, Int) -> Void) throws {
    guard let stream, !knowsChanges else { return }
    let target = position
    let here = Checkpoint(stream: stream.snapshot(), previous: stateFaults.previous)
    do {
      try restore(upTo: target - 1, stream)
      let start = position
      try advance(stream, to: target, cancel: cancel) { done, _ in
        progress(done - start, target - start)
      }
    } catch {
      try stream.restore(here.stream)
      stateFaults.previous = here.previous
      (position, before) = (target, nil)
      throw error
    }
  }

  private func step(
    _ stream: Runtime.Stream, isLast: Bool, _ cancel: CancelFlag?, tick: () -> Void
  ) throws {
    guard let plan else { return }
    var block = input.timesteps(plan.boundaries[position]..<plan.boundaries[position + 1])
    var options = RunOptions(taps: true, cancel: cancel)
    if !faults.multiplyingLayers.isEmpty {
      // 0 times a number is 0 as well: only NaN shows that a mask is multiplied.
      block = block.poisoned()
      options.poisonsInvalid = true
    }
    // Copying a large state in every step would cost more than the step.
    let old = isLast ? stream.values(of: Array(stream.leaves.indices)) : [:]
    stateFaults.willStep(stream) { $0.isActive(at: position) }
    let output: RunOutput
    do {
      output = try withoutActuallyEscaping(tick) { tick in
        try stream.step(block, options: options, exact: true) { _, _ in tick() }
      }
    } catch {
      stateFaults.didNotStep(stream)
      throw error
    }
    stateFaults.didStep(stream) { $0.isActive(at: position) }
    before = isLast ? old : nil
    history.set(position, output)
    position += 1
    if checkpoints.isWanted(at: position) {
      checkpoints.add(
        Checkpoint(stream: stream.snapshot(), previous: stateFaults.previous), at: position)
    }
  }

  /// About what the outputs of all layers take after a number of steps.
  func historyByteCount(after steps: Int) -> Int {
    guard let plan, steps > 0 else { return 0 }
    // Values and mask of each layer are arrays of their own.
    let arrays = Rational.product(steps, places.count * 2 * StepHistory.arrayByteCount)
    let fed = Double(plan.boundaries[min(steps, plan.lastStep)]) / Double(max(1, plan.time))
    let values = Double(demand.tapByteCount) * max(fed, 0)
    return Rational.sum(arrays, Int(exactly: values.rounded()) ?? .max)
  }

  // MARK: - Outputs so far

  /// The root's output of a step.
  func output(ofStep step: Int) -> SequenceTensor { history.steps[step].y }

  /// The digest a row of a step's output and mask.
  func digests(ofStep step: Int) -> [UInt64] { history.rowDigests(step) }

  /// The step-wise output of a layer up to the position, warm-up included; nil at the start.
  func stepWise(_ path: String) -> SequenceTensor? { history.joined(path, after: position) }

  /// How many timesteps that are.
  func stepWiseTime(_ path: String) -> Int { history.time(path, after: position) }

  /// A part of it; nil where it does not reach.
  func stepWise(_ path: String, _ range: Range<Int>) -> SequenceTensor? {
    history.window(path, range, after: position)
  }

  /// What a layer put out in a step that was made; nil for one without output of its own.
  func output(of path: String, inStep step: Int) -> SequenceTensor? {
    history.steps.indices.contains(step) ? history.steps[step].taps[path] : nil
  }

  /// The value of a state leaf before the last step; nil where that is not known.
  func valueBefore(_ leaf: Int) -> Tensor? { before?[leaf] }

  /// The leaves that the last step changed.
  var changedLeaves: Set<String> {
    guard let stream, let before else { return [] }
    let changed = before.filter { !stream.value(of: $0.key).bitsEqual($0.value) }
    return Set(changed.keys.map { stream.leaves[$0].path })
  }

  /// The first NaN at a valid timestep of a layer-wise output, searched once.
  func firstNaN(_ path: String, in output: SequenceTensor) -> NaNPlace? {
    if let known = nans[path] { return known }
    let found = output.firstNaN
    nans[path] = .some(found)
    return found
  }

  private static func bytes(_ leaves: [StateLeafSpec]) -> [String: Int] {
    var result: [String: Int] = [:]
    for leaf in leaves {
      let size = leaf.type.shape.elementCount * leaf.type.dtype.byteCount
      result["", default: 0] += size
      for end in leaf.path.indices where "/[".contains(leaf.path[end]) {
        result[String(leaf.path[..<end]), default: 0] += size
      }
    }
    return result
  }

  /// How many of the first step-wise outputs of a layer come before the first layer-wise one.
  func latency(_ path: String) -> Int { latencies[path] ?? 0 }

  private lazy var latencies = Dictionary(
    places.map { ($0.path, $0.outputLatency) }, uniquingKeysWith: { first, _ in first })

  /// Step-wise against layer-wise at a layer up to the position; steps are compared once.
  ///
  /// `tick` is called for every step that is compared anew, and may throw to end it.
  func verdict(
    _ path: String, layer: SequenceTensor, tolerance: Tolerance?, tick: (Int) throws -> Void
  ) rethrows -> Verdict {
    let key = VerdictKey(path: path, tolerance: tolerance)
    let running =
      verdicts[key]
      ?? RunningVerdict(
        layer: layer, latency: latency(path), tolerance: tolerance,
        budget: errorBudget(path, layer.values.dtype))
    verdicts[key] = running
    return try running.verdict(after: position, tick: tick) { history.steps[$0].taps[path] }
  }

  /// What rounding explains at a layer: all layers before it round, as coarsely as the coarsest type on
  /// the way, and no sum is longer than the longest fan-in of a parameter.
  func errorBudget(_ path: String, _ dtype: DType) -> ErrorBudget {
    let depth = places.firstIndex { $0.path == path }.map { $0 + 1 } ?? places.count
    let outputs = places.prefix(depth).compactMap { layerWise?.taps[$0.path]?.values.dtype }
    let dtype = ([model.input.dtype] + outputs).filter(\.isFloating)
      .reduce(dtype, ValueDifference.coarser)
    let terms = model.parameterSpecs.map { $0.shape.dropLast().reduce(1, Rational.product) }.max()
    return ErrorBudget(dtype, terms: max(terms ?? 1, 64), depth: max(depth, 1))
  }
}

extension Runtime.Stream {
  /// Copies of some leaves.
  func values(of indices: [Int]) -> [Int: Tensor] {
    Dictionary(uniqueKeysWithValues: indices.map { ($0, value(of: $0)) })
  }
}
