import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that share large pieces of work with the caller's thread.
///
/// A piece of work is cut into parts that do not depend on each other, so which thread runs which part changes
/// no bit. Finished parts are counted, not finished threads: a worker that the system does not
/// schedule costs nothing.
public final class WorkerPool: @unchecked Sendable {
  /// How many threads take part, the caller's included.
  public let threadCount: Int
  /// How many pieces of work were shared so far.
  package var jobCount: Int { Int(shared.ticket.load(ordering: .acquiring) >> 33) }
  /// Multiply-adds below which work is not shared.
  let threshold: Int
  private let shared: Shared
  private var threads: [pthread_t] = []

  /// What all threads look at.
  private final class Shared: @unchecked Sendable {
    /// Twice the job's number in the upper half, plus 1 while the job is being written; the next part
    /// to be taken in the lower half.
    let ticket = Atomic<UInt64>(0)
    let partCount = Atomic<Int>(0)
    let finished = Atomic<Int>(0)
    let kernel = Atomic<UnsafeRawPointer?>(nil)
    let context = Atomic<UnsafeRawPointer?>(nil)
    let sleepers = Atomic<Int>(0)
    let isStopping = Atomic<Bool>(false)
    let isBusy = Atomic<Bool>(false)
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(wake, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      pthread_cond_destroy(wake)
      mutex.deallocate()
      wake.deallocate()
    }

    /// Takes parts of the job that `seen` names until none is left.
    func takeParts(of seen: UInt64) {
      var current = seen
      while true {
        let part = Int(current & 0xFFFF_FFFF)
        let count = partCount.load(ordering: .acquiring)
        let kernel = kernel.load(ordering: .acquiring)
        let context = context.load(ordering: .acquiring)
        guard part < count, let kernel, let context else { return }
        // The job cannot have changed if its ticket has not: then all that was read belongs to it.
        let (taken, now) = ticket.compareExchange(
          expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
        guard taken else {
          guard now >> 32 == current >> 32 else { return }
          current = now
          continue
        }
        let job = context.load(as: ExecutionContext.self)
        if job.watch?.isCancelled != true {
          Unmanaged<Kernel>.fromOpaque(kernel)._withUnsafeGuaranteedRef {
            $0.run(part: part, of: count, job)
          }
        }
        finished.add(1, ordering: .acquiringAndReleasing)
        current += 1
      }
    }

    /// Waits for jobs and helps with them.
    func work() {
      var last: UInt64 = 0
      while !isStopping.load(ordering: .acquiring) {
        var seen = ticket.load(ordering: .acquiring)
        var spins = 0
        while !Shared.isNew(seen, after: last), spins < WorkerPool.spinLimit {
          spins += 1
          seen = ticket.load(ordering: .acquiring)
        }
        if Shared.isNew(seen, after: last) {
          takeParts(of: seen)
          last = seen
        } else {
          sleep(untilAfter: last)
        }
      }
    }

    private static func isNew(_ ticket: UInt64, after last: UInt64) -> Bool {
      ticket >> 32 != last >> 32 && (ticket >> 32) & 1 == 0
    }

    private func sleep(untilAfter last: UInt64) {
      pthread_mutex_lock(mutex)
      sleepers.add(1, ordering: .sequentiallyConsistent)
      while !Shared.isNew(ticket.load(ordering: .sequentiallyConsistent), after: last),
        !isStopping.load(ordering: .acquiring)
      {
        pthread_cond_wait(wake, mutex)
      }
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      pthread_mutex_unlock(mutex)
    }

    func wakeSleepers() {
      guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
  }

  /// The most parts that a piece of work is cut into.
  static let partLimit = 8
  /// How often a worker looks for a new job before it sleeps: some tens of microseconds.
  private static let spinLimit = 20_000

  /// Starts `threadCount - 1` threads; fewer than requested if the system has no more.
  ///
  /// Work of less than about three microseconds of one thread is not shared.
  public convenience init(threadCount: Int) {
    self.init(threadCount: threadCount, threshold: 60_000)
  }

  /// Starts threads that share work of at least `threshold` multiply-adds.
  package init(threadCount: Int, threshold: Int) {
    self.threshold = threshold
    shared = Shared()
    let wanted = max(1, min(threadCount, WorkerPool.partLimit))
    for _ in 1..<wanted {
      var thread = pthread_t()
      let context = Unmanaged.passRetained(shared)
      let status = pthread_create(&thread, nil, workerMain, context.toOpaque())
      guard status == 0 else {
        context.release()
        break
      }
      threads.append(thread)
    }
    self.threadCount = threads.count + 1
  }

  deinit {
    shared.isStopping.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(shared.mutex)
    pthread_cond_broadcast(shared.wake)
    pthread_mutex_unlock(shared.mutex)
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs all parts of a kernel and returns when they are done.
  ///
  /// A pool that is busy for another thread leaves the work to the caller.
  func parallelFor(count: Int, _ kernel: Kernel, _ context: ExecutionContext) {
    let shared = self.shared
    let (isFree, _) = shared.isBusy.compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing)
    guard isFree else {
      kernel.run(part: 0, of: 1, context)
      return
    }
    withUnsafePointer(to: context) { context in
      // Nobody takes a part while the job is being written.
      let number = shared.ticket.load(ordering: .acquiring) >> 32
      shared.ticket.store((number + 1) << 32, ordering: .sequentiallyConsistent)
      shared.partCount.store(count, ordering: .releasing)
      shared.kernel.store(
        UnsafeRawPointer(Unmanaged.passUnretained(kernel).toOpaque()), ordering: .releasing)
      shared.context.store(UnsafeRawPointer(context), ordering: .releasing)
      shared.finished.store(0, ordering: .releasing)
      let job = (number + 2) << 32
      shared.ticket.store(job, ordering: .sequentiallyConsistent)
      shared.wakeSleepers()
      shared.takeParts(of: job)
      var spins = 0
      while shared.finished.load(ordering: .acquiring) < count {
        spins += 1
        // The thread of a part may wait for a processor.
        if spins % WorkerPool.spinLimit == 0 { sched_yield() }
      }
    }
    shared.isBusy.store(false, ordering: .releasing)
  }

  /// What a worker thread runs.
  fileprivate static func run(_ context: UnsafeMutableRawPointer) {
    let shared = Unmanaged<Shared>.fromOpaque(context).takeRetainedValue()
    shared.work()
  }
}

#if canImport(Glibc)
  private func workerMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { WorkerPool.run(context) }
    return nil
  }
#elseif canImport(Darwin)
  private func workerMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    WorkerPool.run(context)
    return nil
  }
#endif
