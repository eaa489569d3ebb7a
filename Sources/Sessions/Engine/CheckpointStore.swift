import Runtime
import Tensors

/// What is needed to go on from a step.
struct Checkpoint {
  var stream: StreamSnapshot
  /// State leaves one step earlier, which a stale layer still sees.
  var previous: [Int: Tensor]
}

/// Checkpoints of a run, at steps that are multiples of an interval.
///
/// The interval grows with the run,
/// so that they never take more than a fixed amount of memory.
struct CheckpointStore {
  private var checkpoints: [Int: Checkpoint] = [:]
  private var interval = 32
  private static let budgetBytes = 256 << 20

  /// Whether one should be taken at a step.
  func isWanted(at step: Int) -> Bool { step % interval == 0 && checkpoints[step] == nil }

  mutating func add(_ checkpoint: Checkpoint, at step: Int) {
    checkpoints[step] = checkpoint
    let size = max(1, checkpoint.stream.byteCount)
    while checkpoints.count > 2, checkpoints.count * size > Self.budgetBytes {
      interval *= 2
      checkpoints = checkpoints.filter { $0.key % interval == 0 }
    }
  }

  /// Forgets those behind a step.
  mutating func truncate(to step: Int) { checkpoints = checkpoints.filter { $0.key <= step } }

  /// The best start for a step: the last that is not behind it.
  func last(upTo step: Int) -> (step: Int, checkpoint: Checkpoint)? {
    guard let found = checkpoints.keys.filter({ $0 <= step }).max() else { return nil }
    return checkpoints[found].map { (found, $0) }
  }

  /// Whether one lies behind `start`, up to `end`.
  func hasOne(behind start: Int, upTo end: Int) -> Bool {
    checkpoints.keys.contains { $0 > start && $0 <= end }
  }
}
