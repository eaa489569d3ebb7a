package import Execution
public import Layers
import Programs
import Tensors

/// One run of a model block by block: its position and its state.
///
/// Feed blocks of any positive multiple of `blockSize`; the first `outputLatency` outputs are warm-up.
/// Feeding the input and then `inputLatency` invalid timesteps gives, behind the warm-up, what `layer`
/// gives for the whole input.
public final class Stream {
  /// The model that is run.
  public let model: Model
  /// The number of rows.
  public let batch: Int
  /// The constants: those that the stream began with, arrays as they arrived last.
  public internal(set) var constants: Constants
  /// Parts of streamed constants that arrived with the present step, and the position of its first timestep.
  var arrived: (parts: Constants, start: Int) = ([:], 0)
  /// The state leaves, in program order; those that grow are as long as ``cacheCapacity`` makes them.
  public var leaves: [StateLeafSpec] { form.leaves }
  /// How many input timesteps were fed.
  public internal(set) var position = 0
  /// The layers of a step, children before parents, with their latencies.
  public let layers: [LayerTrace.LayerPlace]

  package internal(set) var state: StateBuffers
  /// What the state is at the start, for the present capacity of caches.
  package internal(set) var form: StateForm
  /// How many entries an input timestep adds to the caches that grow, by the path of the layer.
  let cacheGrowth: [String: Rational]
  /// Whether the caches have room for what has come and nothing else.
  package let hasExactCaches: Bool
  let caches: CacheCapacity
  /// Steps are cut into powers of two of blocks, up to this many, so that few plans serve all.
  private static let largestChunk = 64

  init(_ model: Model, batch: Int, constants: Constants, cancel: CancelFlag? = nil) throws {
    self.model = model
    self.batch = batch
    self.constants = constants
    caches = model.caches
    let (form, step) = try StateForm.of(
      model, batch: batch, constants, cacheCapacity: caches.initial, isStart: true, cancel: cancel)
    (self.form, cacheGrowth) = (form, step.trace.cacheGrowth)
    hasExactCaches = step.trace.hasExactCaches
    layers = step.trace.layers
    state = try StateBuffers(form.layout, values: form.values, memory: model.memory)
  }

  /// Timesteps are fed in multiples of this many.
  public var blockSize: Int { model.blockSize }

  /// Runs one or more blocks and returns their outputs, warm-up included.
  ///
  /// The bits do not depend on `options`. With `exact`, all blocks run as one program; otherwise as
  /// programs of 1, 2, 4, … blocks.
  /// - Throws: ``RuntimeError`` `.invalidInput` when the number of timesteps is no positive multiple of
  ///   the block size, `.cacheFull` when an attention with an unlimited past may keep no more, or
  ///   `.cancelled`, when the position shows how far the stream came.
  public func step(
    _ x: SequenceTensor, options: RunOptions = RunOptions(), exact: Bool = false
  ) throws -> RunOutput {
    try step(x, options: options, exact: exact, progress: nil)
  }

  /// The same, and `progress` receives the number of finished instructions, program by program.
  package func step(
    _ x: SequenceTensor, options: RunOptions = RunOptions(), exact: Bool = false,
    progress: ((Int, Int) -> Void)?
  ) throws -> RunOutput {
    try model.check(x)
    guard x.batch == batch, x.time > 0, x.time % blockSize == 0 else {
      throw RuntimeError(
        .invalidInput, found: "a block of \(x.batch) rows × \(x.time) timesteps",
        expected: "\(batch) rows × a positive multiple of \(blockSize) timesteps")
    }
    if exact { return try run(x, options, progress) }
    _ = try cacheCapacity(at: position + x.time)
    var outputs: [RunOutput] = []
    var start = 0
    while start < x.time {
      let blocks = (x.time - start) / blockSize
      var chunk = 1
      while chunk * 2 <= min(blocks, Self.largestChunk) { chunk *= 2 }
      let end = start + chunk * blockSize
      let part = start == 0 && end == x.time ? x : x.timesteps(start..<end)
      outputs.append(try run(part, options, progress))
      start = end
    }
    return RunOutput.concatenate(outputs)
  }

  private func run(
    _ x: SequenceTensor, _ options: RunOptions, _ progress: ((Int, Int) -> Void)?
  ) throws -> RunOutput {
    let block = constants(at: position..<(position + x.time))
    return try withRoom(for: x.time, options) {
      let plan = try model.plan(
        .step, batch, x.time, block.specs, options, cacheCapacity: form.cacheCapacity)
      model.bind(plan, x, block, batch: batch)
      try plan.executor.execute(state: state, cancel: options.cancel, progress: progress)
        .requireFinished()
      position += x.time
      return plan.collect()
    }
  }
}

extension RunOutput {
  /// Joins the outputs of consecutive steps in time; variables are those of the last.
  ///
  /// - Precondition: there is at least one.
  package static func concatenate(_ parts: [RunOutput]) -> RunOutput {
    guard parts.count > 1 else { return parts[0] }
    func joined(_ member: KeyPath<RunOutput, [String: SequenceTensor]>) -> [String: SequenceTensor]
    {
      parts[0][keyPath: member].reduce(into: [:]) { result, entry in
        let all = parts.compactMap { $0[keyPath: member][entry.key] }
        // What is emitted for a window of keys may change its width from step to step.
        let isRegular = all.allSatisfy { $0.channelShape == entry.value.channelShape }
        result[entry.key] = isRegular ? .concatenate(all) : all[all.count - 1]
      }
    }
    return RunOutput(
      y: .concatenate(parts.map(\.y)), emits: joined(\.emits), taps: joined(\.taps),
      madeInputs: joined(\.madeInputs), layers: parts[0].layers,
      variables: parts[parts.count - 1].variables)
  }
}
