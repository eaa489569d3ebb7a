/// The progress of a run, and whether it was cancelled.
///
/// Kernels report to it between pieces of work, on the thread that runs the plan; the threads of a pool
/// only read whether the run is cancelled.
final class RunWatch {
  private var cancel: CancelFlag?
  private var tell: ((Int, Int) -> Void)?
  private var done = 0
  private var total = 0

  /// Begins to watch a run of so many kernels, those of every iteration of a loop counted.
  func begin(total: Int, cancel: CancelFlag?, tell: ((Int, Int) -> Void)?) {
    (self.cancel, self.tell, self.total, done) = (cancel, tell, total, 0)
  }

  /// Removes the watcher.
  func end() { (cancel, tell) = (nil, nil) }

  /// Whether the run is to end.
  var isCancelled: Bool { cancel?.isRaised ?? false }

  /// Counts a kernel; false when the run is to end.
  func goOn() -> Bool {
    done += 1
    tell?(done, total)
    return !isCancelled
  }
}
