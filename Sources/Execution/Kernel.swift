/// What kernels see while a plan runs.
struct Frame {
  /// The address of every buffer of the plan.
  let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// Set when somebody wants the run to end early.
  let cancel: CancelFlag?
  /// The threads that may share large pieces of work.
  let pool: WorkerPool?
}

/// A planned piece of work: everything about it but addresses is decided. Running it cannot fail and
/// allocates nothing.
class Kernel {
  /// Does the work on the buffers that `frame` points to.
  func run(_ frame: Frame) {
    preconditionFailure("Every kernel overrides run.")
  }
}
