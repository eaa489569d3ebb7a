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
  /// The model whose steps are made: another one where something is wrong with them on purpose.
  let stepModel: Model
  let input: SequenceTensor
  let constants: Constants
  /// What the layer-wise run keeps; traced where that was not done before.
  private(set) lazy var demand: RunDemand = knownDemand ?? tracedDemand
  private let knownDemand: RunDemand?
  let plan: StepPlan?
  let faults: [Fault]
  /// Changes of the state at single steps.
  let edits: [StateEdit]
  let modelRevision: Int
  let inputRevision: Int
  let stepRevision: Int
  /// The layers that were traced, children before parents, with their latencies.
  let places: [LayerTrace.LayerPlace]
  /// Makes the steps; nil for a stack that cannot step.
  let runner: StepRunner?
  /// What is known of the steps that were made.
  let trace: StepTrace?
  /// What may be kept of the run.
  private(set) var budget: HistoryBudget
  /// How many steps were taken over from the run before.
  private(set) var sharedSteps = 0
  /// The layer-wise result, once it was computed.
  var layerWise: LayerWiseRun?
  var largeEmits: [String: SequenceTensor]?
  /// The comparison of both, once both are there.
  var comparison: StepComparison?
  /// Comparisons by other criteria than that of the comparison.
  var verdicts: [VerdictKey: RunningVerdict] = [:]
  /// The state before the last step, which is copied for the last step of a move; nil where it is not
  /// known, after a jump to a checkpoint or a stop on the way.
  var before: [Int: Tensor]? = [:]
  /// Bytes of state of every layer and all inside it.
  var stateBytes: [String: Int] {
    let capacity = stream?.cacheCapacity
    if let known = knownStateBytes, known.capacity == capacity { return known.bytes }
    // The state of a fault on purpose is no part of the stack.
    let leaves = stream?.leaves ?? []
    let bytes = Self.bytes(leaves.filter { !StepFault.isMemory($0.path) })
    knownStateBytes = (capacity, bytes)
    return bytes
  }
  private var knownStateBytes: (capacity: Int?, bytes: [String: Int])?
  /// The first NaN of the layer-wise outputs that were searched.
  var nans: [String: NaNPlace?] = [:]
  /// The layer that the first one comes from, once that was searched.
  var nanPath: String??
  /// What reads layers as logits, once that was made; nil inside where there is no such.
  var outputHead: OutputHead??
  /// Why the two runs part, once that was looked for.
  var differenceCause: String?

  /// What is compared, and how closely.
  struct VerdictKey: Hashable {
    var path: String
    var tolerance: Tolerance
  }

  /// The state, which only this run advances.
  var stream: Runtime.Stream? { runner?.stream }
  /// Steps made.
  var position: Int { runner?.position ?? 0 }

  /// Starts at step 0, with the layer-wise result of the same model and input where that is known.
  init(
    _ document: Document, _ model: Model, input: SequenceTensor, _ demand: RunDemand,
    budget: HistoryBudget, layerWise: LayerWiseRun? = nil, stepModel: Model? = nil,
    cancel: CancelFlag? = nil
  ) throws {
    self.model = model
    knownDemand = demand
    self.layerWise = layerWise
    self.input = input
    self.budget = budget
    constants = document.constants
    faults = document.faults
    edits = document.edits
    modelRevision = document.modelRevision
    inputRevision = document.inputRevision
    stepRevision = document.stepRevision
    if model.training != document.training { model.training = document.training }
    model.caches = document.caches
    guard model.layer.supportsStep else {
      (plan, runner, trace, places, self.stepModel) = (nil, nil, nil, [], model)
      return
    }
    let cut = StepPlan(input.time, document, model)
    self.stepModel =
      try stepModel ?? document.stepModel(model, time: input.time, cancel: cancel)
    self.stepModel.caches = document.caches
    let factory = RunnerFactory(
      self.stepModel, constants, cut, input, document.edits, poisons: faults.poisons)
    let runner = try factory.runner(cancel)
    plan = cut
    self.runner = runner
    places = runner.stream.layers
    let trace = StepTrace(
      cut, rows: input.batch, blockSize: model.blockSize, budget: budget,
      makeReader: { try factory.runner(nil) })
    trace.addCheckpoint(at: 0) { runner.checkpoint }
    self.trace = trace
  }

  /// The same model on an input that begins as that of another run: the steps that both share are
  /// taken over, at most up to where the other run stands, or to where the state is changed in one of them.
  init(
    _ document: Document, continuing old: ModelRun, input: SequenceTensor,
    _ demand: RunDemand? = nil, layerWise: LayerWiseRun? = nil
  ) throws {
    (model, stepModel) = (old.model, old.stepModel)
    self.layerWise = layerWise
    edits = document.edits
    knownDemand = demand
    self.input = input
    budget = old.budget
    constants = old.constants
    faults = old.faults
    modelRevision = document.modelRevision
    inputRevision = document.inputRevision
    stepRevision = document.stepRevision
    places = old.places
    guard let oldPlan = old.plan, let oldTrace = old.trace, let oldRunner = old.runner else {
      (plan, runner, trace) = (nil, nil, nil)
      return
    }
    let plan = StepPlan(input.time, document, old.model)
    let factory = RunnerFactory(
      stepModel, constants, plan, input, edits, poisons: faults.poisons)
    let runner = try factory.runner(nil)
    let trace = StepTrace(
      plan, rows: input.batch, blockSize: model.blockSize, budget: budget,
      makeReader: { try factory.runner(nil) })
    (self.plan, self.runner, self.trace) = (plan, runner, trace)
    let same = input.commonTime(old.input)
    let known = zip(oldPlan.boundaries, plan.boundaries).prefix { $0 == $1 && $0 <= same }.count - 1
    let changed = Set(edits).symmetricDifference(old.edits).map(\.step).min() ?? .max
    sharedSteps = max(0, min(known, oldTrace.madeCount, changed))
    trace.addCheckpoint(at: 0) { runner.checkpoint }
    trace.takeOver(oldTrace, steps: sharedSteps, checkpointsUpTo: min(sharedSteps, changed - 1))
    before = old.before
    if old.position > sharedSteps || old.position >= changed {
      try restore(upTo: sharedSteps)
    } else {
      try runner.restore(oldRunner.checkpoint, at: old.position)
    }
  }

  private var tracedDemand: RunDemand {
    let request = TraceRequest(
      batch: input.batch, time: input.time, input: model.input, constants: constants.specs,
      options: TraceOptions(training: model.training, taps: true, emits: true))
    return (try? model.trace(.layer, request)).map(RunDemand.init) ?? RunDemand()
  }

  /// Takes another budget, and forgets what is beyond it.
  func setBudget(_ budget: HistoryBudget) {
    self.budget = budget
    trace?.setBudget(budget)
    comparison?.setBudget(budget)
    // Whether it is kept whole depends on the budget.
    guard let layerWise, (layerWise.whole == nil) == isWholeKept else { return }
    (self.layerWise, comparison, verdicts) = (nil, nil, [:])
  }

  /// Whether the outputs of all layers for the whole input may be kept.
  var isWholeKept: Bool { demand.tapByteCount <= budget.layerWise }

  // MARK: - Steps

  /// Goes to a step, recomputing from the nearest checkpoint; steps that were never made are made.
  ///
  /// `isReached` is checked after every step, and ends the way where it says so.
  ///
  /// `progress` is called with the position, between steps and now and then inside one.
  /// - Throws: `RuntimeError` `.cancelled` with the position where the run stopped.
  func go(
    to target: Int, cancel: CancelFlag? = nil, until isReached: (() throws -> Bool)? = nil,
    progress: (_ position: Int, _ isBetweenSteps: Bool) throws -> Void = { _, _ in }
  ) throws {
    guard let trace else { return }
    // A condition that is checked after every step needs every step.
    if target < position
      || isReached == nil && trace.checkpoints.hasOne(behind: position, upTo: target)
    {
      try restore(upTo: target)
    }
    try advance(to: target, cancel: cancel, until: isReached, progress: progress)
  }

  /// Makes all steps up to a step, also where a checkpoint would save them.
  func advance(
    to target: Int, cancel: CancelFlag?, until isReached: (() throws -> Bool)? = nil,
    progress: (_ position: Int, _ isBetweenSteps: Bool) throws -> Void
  ) throws {
    while position < target {
      if let cancel, cancel.isRaised { throw Model.cancelled }
      try step(isLast: position + 1 == target, cancel) { try? progress(position, false) }
      if let isReached, try isReached() { return }
      try progress(position, true)
    }
  }

  func restore(upTo target: Int) throws {
    guard let runner, let (step, checkpoint) = trace?.checkpoints.last(upTo: target) else { return }
    try runner.restore(checkpoint, at: step)
    before = step == 0 ? [:] : nil
  }

  private func step(isLast: Bool, _ cancel: CancelFlag?, tick: () -> Void) throws {
    guard let runner, let trace else { return }
    // Copying a large state in every step would cost more than the step.
    let old = isLast ? runner.stream.values(of: Array(runner.stream.leaves.indices)) : nil
    let observed = try runner.step(cancel: cancel, tick: tick)
    before = old
    let endsBlock = trace.take(observed, step: position - 1)
    trace.addCheckpoint(at: position) { runner.checkpoint }
    // While it is in memory, and in the cache.
    if endsBlock { try compareBlock() }
  }

  /// How many of the first step-wise outputs of a layer come before the first layer-wise one.
  func latency(_ path: String) -> Int { latencies[path] ?? 0 }

  private lazy var latencies = Dictionary(
    places.map { ($0.path, $0.outputLatency) }, uniquingKeysWith: { first, _ in first })
}
