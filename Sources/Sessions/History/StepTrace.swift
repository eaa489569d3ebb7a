import Execution
import Layers
import Runtime
import Tensors

/// What is known of all steps that were ever made, in bounded memory.
///
/// Every step leaves a digest of what the root gave. Checkpoints of the state lie at regular steps, and the
/// outputs of all layers are kept of the steps that were made or looked at last. Whatever else is requested
/// is made again from the nearest checkpoint, with the same blocks, so that the bits are the same; each
/// digest is compared with the first.
final class StepTrace {
  let plan: StepPlan
  let rows: Int
  /// Timesteps of a block.
  let blockSize: Int
  /// Makes steps for looking back.
  private let makeReader: () throws -> StepRunner
  private var reader: StepRunner?
  private(set) var layout: StepLayout?
  /// The digests of all steps, one a row each.
  private(set) var digests: [UInt64] = []
  private(set) var checkpoints: CheckpointStore
  /// Outputs by the number of the block of steps.
  private var blocks: [Int: StepBlock] = [:]
  private var lastUse: [Int: Int] = [:]
  private var uses = 0
  private(set) var blocksByteCount = 0
  private var blocksBudget: Int
  /// The block that is being filled.
  private var open: (number: Int, block: StepBlock)?
  /// Steps of one block.
  private(set) var stepsPerBlock = 1
  /// The first step that gave something else when it was made again.
  private(set) var mismatch: Int?

  private static let blockBytes = 1 << 20
  private static let mostStepsPerBlock = 256

  init(
    _ plan: StepPlan, rows: Int, blockSize: Int, budget: HistoryBudget,
    makeReader: @escaping () throws -> StepRunner
  ) {
    (self.plan, self.rows, self.blockSize, self.makeReader) = (plan, rows, blockSize, makeReader)
    checkpoints = CheckpointStore(budgetBytes: budget.checkpoints)
    blocksBudget = budget.values
  }

  /// Takes over the first steps of another run, whose digests, checkpoints and outputs are those of this.
  ///
  /// Whole blocks are shared: both runs write the same bits to them. Checkpoints are taken over up to another
  /// step where the state behind the last one is changed.
  func takeOver(_ other: StepTrace, steps: Int, checkpointsUpTo last: Int) {
    layout = other.layout
    stepsPerBlock = other.stepsPerBlock
    digests = Array(other.digests.prefix(steps * rows))
    let start = checkpoints
    checkpoints = other.checkpoints
    checkpoints.truncate(to: last)
    if checkpoints.count == 0 { checkpoints = start }
    for (number, block) in other.blocks where block.filled.lowerBound < steps {
      let room = room(number)
      if room == block.steps, room.upperBound <= steps {
        insert(block, number)
      } else if let layout {
        let own = StepBlock(layout, first: room.lowerBound, blocks: units(room))
        own.take(block, upTo: steps)
        insert(own, number)
      }
    }
  }

  // MARK: - Steps

  /// How many steps were ever made.
  var madeCount: Int { rows == 0 ? 0 : digests.count / rows }

  private func room(_ number: Int) -> Range<Int> {
    let first = number * stepsPerBlock
    return first..<max(first, min(first + stepsPerBlock, plan.lastStep))
  }

  private func units(_ steps: Range<Int>) -> [Int] {
    steps.map { (plan.boundaries[$0 + 1] - plan.boundaries[$0]) / blockSize }
  }

  /// Takes what a step has just given; true where it ends a block of steps.
  func take(_ observed: ObservedStep, step: Int) -> Bool {
    let layout = layout ?? makeLayout(observed)
    let number = step / stepsPerBlock
    if open?.number != number { open = (number, ready(number, layout)) }
    guard let block = open?.block else { return false }
    block.take(observed, step: step)
    note(block.rowDigests(step), step)
    return step + 1 == block.steps.upperBound
  }

  /// Keeps the digests of a new step; compares those of one that was made before.
  private func note(_ own: [UInt64], _ step: Int) {
    if step == madeCount {
      digests += own
    } else if !digests[step * rows..<(step + 1) * rows].elementsEqual(own) {
      mismatch = min(mismatch ?? step, step)
    }
  }

  private func makeLayout(_ observed: ObservedStep) -> StepLayout {
    let layout = StepLayout(observed, blocks: observed.time / blockSize, rows: rows)
    self.layout = layout
    let steps = max(1, plan.lastStep)
    let bytes = layout.unitByteCount * (plan.boundaries[steps] / blockSize) / steps
    let room = min(Self.blockBytes, blocksBudget / 4) / max(bytes, 1)
    stepsPerBlock = 1
    while stepsPerBlock < min(Self.mostStepsPerBlock, room) { stepsPerBlock *= 2 }
    return layout
  }

  /// The block of that number, made where it is not kept.
  private func ready(_ number: Int, _ layout: StepLayout) -> StepBlock {
    if let known = blocks[number] { return known }
    let room = room(number)
    let made = StepBlock(layout, first: room.lowerBound, blocks: units(room))
    insert(made, number)
    return made
  }

  private func insert(_ block: StepBlock, _ number: Int) {
    if let old = blocks[number] { blocksByteCount -= old.byteCount }
    blocks[number] = block
    blocksByteCount += block.byteCount
    touch(number)
    while blocksByteCount > blocksBudget, blocks.count > 2,
      let oldest = lastUse.filter({ $0.key != number && $0.key != open?.number })
        .min(by: { $0.value < $1.value })?.key, let dropped = blocks.removeValue(forKey: oldest)
    {
      blocksByteCount -= dropped.byteCount
      lastUse[oldest] = nil
    }
  }

  private func touch(_ number: Int) {
    uses += 1
    lastUse[number] = uses
  }

  /// Keeps a checkpoint where one is wanted.
  func addCheckpoint(at step: Int, _ make: () -> StreamSnapshot) {
    if checkpoints.isWanted(at: step) { checkpoints.add(make(), at: step) }
  }

  /// About how many steps' outputs are kept.
  var keptSteps: Int {
    guard let layout else { return 1024 }
    let bytes = layout.unitByteCount * plan.boundaries[plan.lastStep] / blockSize
    return blocksBudget / max(1, bytes / max(1, plan.lastStep))
  }

  /// Takes another budget.
  func setBudget(_ budget: HistoryBudget) {
    blocksBudget = budget.values
    checkpoints.setBudget(budget.checkpoints)
    guard let number = lastUse.max(by: { $0.value < $1.value })?.key, let block = blocks[number]
    else { return }
    insert(block, number)
  }

  /// What is to be said when a step that was made again gave something else; nil where none did.
  var mismatchText: String? {
    mismatch.map {
      "step \($0 + 1) gave another output when it was made again from a checkpoint: its digest is not the "
        + "first one, so what is shown of this run cannot be relied on"
    }
  }

  /// A runner of its own, for a way through the past.
  func freshRunner() throws -> StepRunner { try makeReader() }

  // MARK: - Looking back

  /// The outputs of all layers in a step that was made, and in its neighbours; made again where they are
  /// not kept.
  ///
  /// - Throws: ``RuntimeError`` `.cancelled`.
  func block(holding step: Int, cancel: CancelFlag? = nil) throws -> StepBlock {
    precondition(step < madeCount, "Step \(step) was never made.")
    let number = step / stepsPerBlock
    if let known = blocks[number], known.filled.contains(step) {
      touch(number)
      return known
    }
    let room = room(number)
    guard let layout, let (start, checkpoint) = checkpoints.last(upTo: room.lowerBound) else {
      preconditionFailure("There is a checkpoint at the start.")
    }
    let reader = try self.reader ?? makeReader()
    self.reader = reader
    if reader.position < start || reader.position > room.lowerBound {
      try reader.restore(checkpoint, at: start)
    }
    let block = ready(number, layout)
    let end = min(room.upperBound, madeCount)
    while reader.position < end {
      if let cancel, cancel.isRaised { throw Model.cancelled }
      let place = reader.position
      let observed = try reader.step(cancel: cancel) {}
      // Before the block nothing is kept, but every digest is compared.
      let target =
        place < room.lowerBound
        ? StepBlock(layout, first: place, blocks: units(place..<place + 1)) : block
      target.take(observed, step: place)
      note(target.rowDigests(place), place)
    }
    return block
  }
}
