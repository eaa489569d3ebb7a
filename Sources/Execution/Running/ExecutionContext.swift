/// The addresses, threads and watch of one run, which every kernel is given.
struct ExecutionContext {
  /// The address of every buffer of the plan.
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// Set for runs that may be cancelled or report their progress.
  let watch: RunWatch?
  /// The threads that may share large pieces of work.
  let pool: WorkerPool?

  /// Whether every kernel does all its work at once, on one thread.
  @inline(__always)
  var isPlain: Bool { pool == nil && watch == nil }
}
