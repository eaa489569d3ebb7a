package import Execution
public import Layers
import Programs
public import Tensors

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
  /// The state leaves, in program order.
  public let leaves: [StateLeafSpec]
  /// How many input timesteps were fed.
  public internal(set) var position = 0
  /// The layers of a step, children before parents, with their latencies.
  public let layers: [LayerTrace.LayerPlace]

  package private(set) var state: StateBuffers
  let initialValues: [Tensor]
  let fault: (any StateFault)?
  /// Steps are cut into powers of two of blocks, up to this many, so that few plans serve all.
  private static let largestChunk = 64

  init(_ model: Model, batch: Int, constants: Constants, cancel: CancelFlag? = nil) throws {
    self.model = model
    self.batch = batch
    self.constants = constants
    fault = model.makeStateFault?()
    let block = model.blockSize
    let specs = constants.block(0..<block).specs
    let start = try model.plan(
      .initialState, batch, block, constants.specs, RunOptions(cancel: cancel))
    model.bind(start, constants, batch: batch)
    try start.executor.execute().requireFinished()
    let step = try model.plan(.step, batch, block, specs, RunOptions(cancel: cancel))
    leaves = step.trace.state
    layers = step.trace.layers
    initialValues = start.trace.state.map { leaf in
      guard let value = start.output(.state, leaf.path) else {
        preconditionFailure("The initial state has every leaf.")
      }
      return value
    }
    state = try StateBuffers(
      step.executor.plan.stateLayout, values: initialValues, memory: model.memory)
  }

  /// Timesteps are fed in multiples of this many.
  public var blockSize: Int { model.blockSize }

  /// Runs one or more blocks and returns their outputs, warm-up included.
  ///
  /// The bits do not depend on `options`. With `exact`, all blocks run as one program; otherwise as
  /// programs of 1, 2, 4, … blocks.
  /// - Throws: ``RuntimeError`` `.invalidInput` when the number of timesteps is no positive multiple of
  ///   the block size, or `.cancelled`, when the position shows how far the stream came.
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
    let plan = try model.plan(.step, batch, x.time, block.specs, options)
    model.bind(plan, x, block, batch: batch)
    let timesteps = position..<(position + x.time)
    fault?.willStep(self, timesteps)
    try plan.executor.execute(state: state, cancel: options.cancel, progress: progress)
      .requireFinished()
    position += x.time
    fault?.didStep(self, timesteps)
    return plan.collect()
  }

  // MARK: - State

  /// Goes back to the start.
  public func reset() {
    for (index, value) in initialValues.enumerated() { state[index] = value }
    position = 0
  }

  /// The position and a copy of all state leaves.
  public func snapshot() -> StreamSnapshot {
    StreamSnapshot(position: position, batch: batch, leaves: leaves, values: state.values)
  }

  /// Returns to a snapshot of this model.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` when it has other leaves.
  public func restore(_ snapshot: StreamSnapshot) throws(RuntimeError) {
    guard snapshot.leaves == leaves, snapshot.batch == batch else {
      throw RuntimeError(
        .invalidState,
        found: "a state of \(snapshot.leaves.count) leaves of another model or batch",
        expected: "the \(leaves.count) leaves of this stream")
    }
    for (index, value) in snapshot.values.enumerated() { state[index] = value }
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

  /// Replaces the value of one leaf.
  ///
  /// - Precondition: dtype and shape are the leaf's.
  public func setValue(of leaf: Int, _ value: Tensor) { state[leaf] = value }
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
