import Runtime
import Tensors

/// Checkpoints of a run, at steps that are multiples of an interval.
///
/// The interval grows with the run, so that they never take more than a fixed amount of memory. For a large
/// state it begins larger, so that copying it costs a small part of stepping.
struct CheckpointStore {
  private var checkpoints: [Int: StreamSnapshot] = [:]
  private(set) var interval: Int
  private(set) var size = 0
  private(set) var budgetBytes: Int

  init(budgetBytes: Int, interval: Int = 32) {
    (self.budgetBytes, self.interval) = (budgetBytes, interval)
  }

  var count: Int { checkpoints.count }
  var byteCount: Int { checkpoints.count * size }

  /// Whether one should be taken at a step.
  func isWanted(at step: Int) -> Bool { step % interval == 0 && checkpoints[step] == nil }

  mutating func add(_ checkpoint: StreamSnapshot, at step: Int) {
    checkpoints[step] = checkpoint
    size = max(1, checkpoint.byteCount, size)
    if checkpoints.count == 1 {
      while interval > 1, interval < 1 << 12, interval << 15 < size { interval *= 2 }
    }
    thin()
  }

  /// Takes another budget, and forgets what is beyond it.
  mutating func setBudget(_ byteCount: Int) {
    budgetBytes = byteCount
    thin()
  }

  private mutating func thin() {
    while checkpoints.count > 2, byteCount > budgetBytes {
      interval *= 2
      checkpoints = checkpoints.filter { $0.key % interval == 0 }
    }
  }

  /// Forgets those behind a step.
  mutating func truncate(to step: Int) { checkpoints = checkpoints.filter { $0.key <= step } }

  /// The best start for a step: the last that is not behind it.
  func last(upTo step: Int) -> (step: Int, checkpoint: StreamSnapshot)? {
    var place = step / interval * interval
    while place >= 0 {
      if let found = checkpoints[place] { return (place, found) }
      place -= interval
    }
    return nil
  }

  /// Whether one lies behind `start`, up to `end`.
  func hasOne(behind start: Int, upTo end: Int) -> Bool {
    guard start < end, let found = last(upTo: end) else { return false }
    return found.step > start
  }
}
