/// What kernels see while a plan runs.
struct Frame {
  /// The address of every buffer of the plan.
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// Set when somebody wants the run to end early.
  let cancel: CancelFlag?
  /// The threads that may share large pieces of work.
  let pool: WorkerPool?
}

/// A planned piece of work: everything about it but addresses is decided.
///
/// Running it cannot fail and allocates nothing.
class Kernel {
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
    guard let pool = frame.pool, split.work >= pool.threshold, pool.threadCount > 1,
      split.isEven(pool.threadCount)
    else {
      run(part: 0, of: 1, frame)
      return
    }
    pool.parallelFor(count: pool.threadCount, self, frame)
  }
}
