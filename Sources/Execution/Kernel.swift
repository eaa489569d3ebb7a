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

  /// Does all parts, by several threads if the work (in multiply-adds) is worth it.
  @inline(__always)
  final func shareParts(work: Int, _ frame: Frame) {
    guard let pool = frame.pool, work >= pool.threshold, pool.threadCount > 1 else {
      run(part: 0, of: 1, frame)
      return
    }
    pool.parallelFor(count: pool.threadCount, self, frame)
  }

  /// The items of one part, in runs of `step` items; parts differ by one run at most.
  @inline(__always)
  final func items(_ part: Int, of count: Int, total: Int, step: Int = 1) -> Range<Int> {
    guard count > 1 else { return 0..<total }
    let runs = (total + step - 1) / step
    let first = runs * part / count * step
    let last = runs * (part + 1) / count * step
    return min(first, total)..<min(last, total)
  }
}
