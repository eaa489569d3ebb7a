/// What kernels see while a plan runs.
struct Frame {
  /// The address of every buffer of the plan.
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// Set when somebody may want the run to end early, or to know how far it is.
  let watch: RunWatch?
  /// The threads that may share large pieces of work.
  let pool: WorkerPool?

  /// Whether every kernel may do all its work at once: nobody shares it and nobody waits for it.
  @inline(__always)
  var isPlain: Bool { pool == nil && watch == nil }
}

/// A planned piece of work: everything about it but addresses is decided.
///
/// Running it cannot fail and allocates nothing.
class Kernel {
  /// How many pieces of work a watched run counts for it.
  var countInTurns: Int { 1 }

  /// Does the work on the buffers that `frame` points to.
  func run(_ frame: Frame) {
    preconditionFailure("Every kernel overrides run.")
  }

  /// Does one of `count` parts of the work, which touch nothing in common but what they read.
  func run(part: Int, of count: Int, _ frame: Frame) {
    precondition(count == 1, "This kernel is not cut into parts.")
    run(frame)
  }

  /// Does all parts, by several threads if the work is worth it and can be cut evenly.
  @inline(__always)
  final func shareParts(_ split: WorkSplit, _ frame: Frame) {
    if split.work >= Self.longWork, frame.watch != nil {
      runWatched(frame) { split.isEven($0) }
      return
    }
    guard let pool = frame.pool, split.work >= pool.threshold, pool.threadCount > 1,
      split.isEven(pool.threadCount)
    else {
      run(part: 0, of: 1, frame)
      return
    }
    pool.parallelFor(count: pool.threadCount, self, frame)
  }

  /// Multiply-adds that take long enough for somebody to wait for their end: some tens of milliseconds.
  static let longWork = 1 << 29

  /// Does long work in as many parts as there may be, so that a run can be stopped between them; how
  /// work is cut changes no bit.
  final func runWatched(_ frame: Frame, isEven: (Int) -> Bool) {
    let counts = (1...WorkerPool.partLimit).reversed()
    let count = counts.first(where: isEven) ?? 1
    if count > 1, let pool = frame.pool, pool.threadCount > 1 {
      pool.parallelFor(count: count, self, frame)
      return
    }
    for part in 0..<count where frame.watch?.isCancelled != true {
      run(part: part, of: count, frame)
    }
  }
}
