/// A piece of work of a plan: everything about it but addresses is decided when it is made.
///
/// Running it cannot fail and allocates nothing.
class Kernel {
  /// How many pieces of work a watched run counts for it: more than one for loops.
  var executionCount: Int { 1 }

  /// Does the work on the buffers that `context` points to.
  func run(_ context: ExecutionContext) {
    preconditionFailure("Every kernel overrides run.")
  }

  /// The cost of all its work, in multiply-adds, for kernels of rows.
  var work: Int { 0 }

  /// Does some rows of the work, for kernels of rows (`ScheduledTask.rows`); `part` says which scratch it
  /// may use.
  func run(rows: Range<Int>, part: Int, _ context: ExecutionContext) {
    preconditionFailure("Every kernel of rows overrides this.")
  }

  /// Does one of `count` parts of the work, which touch nothing in common but what they read.
  func run(part: Int, of count: Int, _ context: ExecutionContext) {
    precondition(count == 1, "This kernel is not cut into parts.")
    run(context)
  }

  /// Does all parts, by several threads if the work is worth it and can be cut evenly.
  @inline(__always)
  final func shareParts(_ split: WorkSplit, _ context: ExecutionContext) {
    if split.work >= Self.longWork, context.watch != nil {
      runWatched(context) { split.isEven($0) }
      return
    }
    guard let pool = context.pool, split.work >= pool.threshold, pool.threadCount > 1,
      split.isEven(pool.threadCount)
    else {
      run(part: 0, of: 1, context)
      return
    }
    pool.parallelFor(count: pool.threadCount, self, context)
  }

  /// Multiply-adds that take some tens of milliseconds: long enough to be stopped in between.
  static let longWork = 1 << 29

  /// Does long work in as many parts as there may be, so that a run can be stopped between them; how
  /// work is cut changes no bit.
  final func runWatched(_ context: ExecutionContext, isEven: (Int) -> Bool) {
    let counts = (1...WorkerPool.partLimit).reversed()
    let count = counts.first(where: isEven) ?? 1
    if count > 1, let pool = context.pool, pool.threadCount > 1 {
      pool.parallelFor(count: count, self, context)
      return
    }
    for part in 0..<count where context.watch?.isCancelled != true {
      run(part: part, of: count, context)
    }
  }
}
