/// Threads that share large pieces of work.
final class WorkerPool {
  /// How many threads take part, the caller's included.
  let threadCount: Int

  init(threadCount: Int) { self.threadCount = threadCount }
}
