import Layers
import Tensors

/// How a sequence is cut into steps: numbers of blocks, repeated until the input ends.
public struct BlockSchedule: Hashable, Sendable {
  /// Blocks per step.
  public var blocks: [Int]

  /// Makes a schedule.
  ///
  /// - Precondition: there is at least one number, and all are positive.
  public init(_ blocks: [Int]) {
    precondition(!blocks.isEmpty && blocks.allSatisfy { $0 > 0 }, "A schedule needs blocks.")
    self.blocks = blocks
  }

  /// The same number of blocks in every step.
  public init(_ blocks: Int = 1) { self.init([blocks]) }
}

extension Model {
  /// Runs a whole sequence step by step and lines the result up with `layer`: the input is followed
  /// by `inputLatency` invalid timesteps and padded to whole steps; the first `outputLatency`
  /// outputs are dropped.
  ///
  /// What remains may be longer than the output of `layer`; the surplus is invalid.
  public func stepByStep(
    _ x: SequenceTensor, constants: Constants = [:], schedule: BlockSchedule = BlockSchedule(),
    options: RunOptions = RunOptions()
  ) throws -> RunOutput {
    try stepByStep(x, constants: constants, schedule: schedule, options: options, progress: nil)
  }

  /// The same, and `progress` receives the number of finished instructions, step by step.
  package func stepByStep(
    _ x: SequenceTensor, constants: Constants = [:], schedule: BlockSchedule = BlockSchedule(),
    options: RunOptions = RunOptions(), progress: ((Int, Int) -> Void)?
  ) throws -> RunOutput {
    let stream = try makeStream(
      batch: x.batch, constants: constants, cancel: options.cancel)
    let end = x.time + layer.inputLatency
    var parts: [RunOutput] = []
    var turn = 0
    while stream.position < end || parts.isEmpty {
      let time = schedule.blocks[turn % schedule.blocks.count] * blockSize
      let block = x.timesteps(stream.position..<(stream.position + time))
      parts.append(try stream.step(block, options: options, exact: true, progress: progress))
      turn += 1
    }
    let all = RunOutput.concatenate(parts)
    let latency = layer.outputLatency
    func trimmed(_ sequence: SequenceTensor) -> SequenceTensor {
      sequence.timesteps(min(latency, sequence.time)..<sequence.time)
    }
    return RunOutput(
      y: trimmed(all.y), emits: all.emits.mapValues(trimmed), taps: all.taps,
      madeInputs: all.madeInputs, layers: all.layers, variables: all.variables)
  }
}
