import Execution
import Layers
import Programs
import Runtime
import Tensors

/// A model, its input, and what the step-wise and the layer-wise run have given so far.
///
/// Everything here is a function of document and position; it is thrown away when the document
/// changes.
final class ModelRun {
  let model: Model
  let input: SequenceTensor
  let constants: Constants
  let plan: StepPlan?
  let faults: [Fault]
  /// The layers that were traced, children before parents, with their latencies.
  private(set) var places: [LayerTrace.LayerPlace] = []
  private(set) var steps: [RunOutput] = []
  private(set) var position = 0
  private(set) var stream: Runtime.Stream?
  private var layerWise: RunOutput?
  private var checkpoints: [Int: Checkpoint] = [:]
  /// The state before the last step.
  private(set) var previousState: [Tensor]?
  private var verdicts: [VerdictKey: RunningVerdict] = [:]

  /// What is compared, and how closely.
  private struct VerdictKey: Hashable {
    var path: String
    var tolerance: Double
  }

  /// What is needed to go on from a step.
  private struct Checkpoint {
    var stream: StreamSnapshot
    /// The state one step earlier, which a stale layer still sees.
    var previous: [Tensor]?
  }

  /// Steps between two checkpoints.
  private static let checkpointInterval = 32

  init(_ document: Document, _ model: Model, input: SequenceTensor) throws {
    self.model = model
    self.input = input
    constants = document.constants
    faults = document.faults
    model.training = document.training
    guard model.layer.supportsStep else {
      plan = nil
      return
    }
    plan = StepPlan(
      time: input.time, blockSize: model.layer.blockSize, latency: model.layer.inputLatency,
      schedule: document.schedule)
    let layers = faults.filter { $0.kind == .maskMultiply }.map(\.path)
    model.stepRewrite = layers.isEmpty ? nil : { $0.multiplyingMasks(inLayers: layers) }
    let stream = try model.makeStream(batch: input.batch, constants: constants)
    self.stream = stream
    checkpoints[0] = Checkpoint(stream: stream.snapshot(), previous: nil)
    places = stream.layers
  }

  /// The layer-wise result with the output of every layer.
  func layerWiseResult(cancel: CancelFlag? = nil) throws -> RunOutput {
    if let layerWise { return layerWise }
    let result = try model.layer(
      input, constants: constants, options: RunOptions(emits: true, taps: true, cancel: cancel))
    layerWise = result
    return result
  }

  /// Goes to a step, recomputing from the nearest checkpoint; steps that were never made are made.
  ///
  /// - Throws: `RuntimeError` `.cancelled` with the position where the run stopped.
  func go(to target: Int, cancel: CancelFlag? = nil, progress: (Int) -> Void = { _ in }) throws {
    guard let stream, plan != nil else { return }
    if target < position || checkpoints.keys.contains(where: { $0 > position && $0 <= target }) {
      let start = checkpoints.keys.filter { $0 <= target }.max() ?? 0
      if let checkpoint = checkpoints[start] {
        try stream.restore(checkpoint.stream)
        previousState = checkpoint.previous
        position = start
      }
    }
    while position < target {
      if let cancel, cancel.isRaised { throw Model.cancelled }
      try step(stream, cancel)
      progress(position)
    }
  }

  private func step(_ stream: Runtime.Stream, _ cancel: CancelFlag?) throws {
    guard let plan else { return }
    let block = input.timesteps(plan.boundaries[position]..<plan.boundaries[position + 1])
    let before = stream.snapshot()
    let active = faults.filter { $0.isActive(at: position) }
    if let previousState {
      for fault in active where fault.kind == .staleState {
        fault.replaceState(of: stream, by: previousState)
      }
    }
    let output = try stream.step(
      block, options: RunOptions(emits: true, taps: true, cancel: cancel), exact: true)
    for fault in active where fault.kind == .dropState {
      fault.replaceState(of: stream, by: before.values)
    }
    previousState = before.values
    if position < steps.count { steps[position] = output } else { steps.append(output) }
    position += 1
    if position % Self.checkpointInterval == 0, checkpoints[position] == nil {
      checkpoints[position] = Checkpoint(stream: stream.snapshot(), previous: previousState)
    }
  }

  /// The leaves that the last step changed.
  var changedLeaves: Set<String> {
    guard let stream, let previousState else { return [] }
    let changed = stream.leaves.indices.filter { index in
      !stream.value(of: index).bitsEqual(previousState[index])
    }
    return Set(changed.map { stream.leaves[$0].path })
  }

  /// Step-wise against layer-wise at a layer up to the position; steps are compared once.
  func verdict(_ path: String, layer: SequenceTensor, tolerance: Double) -> Verdict {
    let key = VerdictKey(path: path, tolerance: tolerance)
    let running =
      verdicts[key]
      ?? RunningVerdict(layer: layer, latency: latency(path), tolerance: tolerance)
    verdicts[key] = running
    return running.verdict(after: position) { steps[$0].taps[path] }
  }

  /// The step-wise output of a layer up to the position, warm-up included; nil at the start.
  func stepWise(_ path: String) -> SequenceTensor? {
    let parts = steps.prefix(position).compactMap { $0.taps[path] }
    return parts.isEmpty ? nil : SequenceTensor.concatenate(parts)
  }

  /// How many of the first step-wise outputs of a layer come before the first layer-wise one.
  func latency(_ path: String) -> Int {
    places.first { $0.path == path }?.outputLatency ?? 0
  }
}
