import Execution
import LayerTesting
import Layers
import Runtime
import Tensors

/// Makes the steps of a run, one behind the other, from any checkpoint.
///
/// Two runners of one run give the same bits: one goes where the user goes, another computes again what is
/// looked at in the past.
final class StepRunner {
  let stream: Runtime.Stream
  let plan: StepPlan
  private let source: SequenceTensor
  private let options: RunOptions
  /// Changes of the state by the position at which they are made.
  private let edits: [Int: [StateEdit]]
  /// Steps by the number of timesteps that they are fed.
  private var observed: [Int: ObservedStep] = [:]
  /// Those whose steps are too short to report or to stop.
  private var short: Set<Int> = []
  private(set) var position = 0

  /// A step that takes less than this is not watched from inside.
  private static let shortStep = Duration.milliseconds(5)

  /// `source` is the input with as many timesteps as all steps take; with `poisons` every layer gives NaN
  /// at invalid timesteps.
  init(
    _ stream: Runtime.Stream, _ plan: StepPlan, over source: SequenceTensor,
    edits: [StateEdit] = [], poisons: Bool
  ) {
    (self.stream, self.plan, self.source) = (stream, plan, source)
    self.edits = Dictionary(grouping: edits, by: \.step)
    options = RunOptions(taps: true).poisoningInvalid(poisons)
    applyEdits()
  }

  /// Makes the changes of this position; made twice they are the same.
  private func applyEdits() {
    guard !edits.isEmpty, let own = edits[position] else { return }
    for edit in own { edit.apply(to: stream) }
  }

  /// The state that the next step starts from, with room for it.
  func state() throws -> [Tensor] {
    try stream.makeRoom(for: plan.boundaries[position + 1] - plan.boundaries[position])
    return stream.leaves.indices.map { stream.value(of: $0) }
  }

  /// Steps of so many timesteps.
  func observed(time: Int, cancel: CancelFlag? = nil) throws -> ObservedStep {
    if let known = observed[time], known.hasRoom { return known }
    var options = options
    options.cancel = cancel
    let made = try ObservedStep(stream, over: source, time: time, options: options)
    observed[time] = made
    return made
  }

  /// Makes the next step.
  ///
  /// - Throws: ``RuntimeError`` `.cancelled` with the state as it was.
  func step(cancel: CancelFlag?, tick: () -> Void) throws -> ObservedStep {
    let start = plan.boundaries[position]
    let time = plan.boundaries[position + 1] - start
    let step = try stream.withRoom(for: time) {
      let step = try observed(time: time, cancel: cancel)
      if short.contains(time) {
        try step.step(from: start)
      } else {
        try watched(step, start, cancel, tick)
      }
      return step
    }
    position += 1
    applyEdits()
    return step
  }

  private func watched(
    _ step: ObservedStep, _ start: Int, _ cancel: CancelFlag?, _ tick: () -> Void
  ) throws {
    let clock = ContinuousClock()
    let begin = clock.now
    try withoutActuallyEscaping(tick) { tick in
      try step.step(from: start, cancel: cancel) { _, _ in tick() }
    }
    // The first run of a program prepares its weights, so the second one decides.
    if clock.now - begin < Self.shortStep { short.insert(step.time) }
  }

  /// What is needed to go on from here.
  var checkpoint: StreamSnapshot { stream.snapshot() }

  /// Goes to a checkpoint.
  func restore(_ checkpoint: StreamSnapshot, at step: Int) throws {
    try stream.restore(checkpoint)
    position = step
    applyEdits()
  }
}

/// What it takes to make runners of one run.
struct RunnerFactory {
  private let model: Model
  private let constants: Constants
  private let plan: StepPlan
  private let source: SequenceTensor
  private let edits: [StateEdit]
  private let poisons: Bool

  init(
    _ model: Model, _ constants: Constants, _ plan: StepPlan, _ input: SequenceTensor,
    _ edits: [StateEdit], poisons: Bool
  ) {
    (self.model, self.plan, self.edits, self.poisons) = (model, plan, edits, poisons)
    self.constants = poisons ? constants.mapValues(\.poisoned) : constants
    let end = plan.boundaries[plan.lastStep]
    source = poisons ? input.padded(by: max(0, end - input.time)).poisoned() : input
  }

  /// A runner at step 0.
  func runner(_ cancel: CancelFlag?) throws -> StepRunner {
    let stream = try model.makeStream(batch: source.batch, constants: constants, cancel: cancel)
    return StepRunner(
      stream, plan, over: source, edits: edits, poisons: poisons)
  }
}
