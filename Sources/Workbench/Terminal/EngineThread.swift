import Synchronization
import TerminalUI

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A message from the engine to the screen.
enum EngineEvent: Sendable {
  case opened(greeting: Outcome, vocabulary: Vocabulary)
  case progress(Progress)
  case finished(line: String, outcome: Outcome, vocabulary: Vocabulary?)
  case view(SessionView)
}

/// Runs a session on a thread of its own, so that the screen never waits for it.
///
/// Lines are performed one after another, and the answer to the last has the view of what came of it. Of
/// several requests for a view only the last counts.
final class EngineThread: Sendable {
  private struct Mailbox {
    var lines: [String] = []
    /// The newest view that is wanted; one behind a line answers this too.
    var request: ViewRequest?
    var isClosed = false
    var events: [EngineEvent] = []
    /// Whether the thread works on something it has taken.
    var isWorking = true
    var canceller: @Sendable () -> Void = {}
  }

  private let mailbox = Mutex(Mailbox())
  private let cancelFlag = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)
  private let lastWords = Mutex<[OutputLine]>([])
  private let signal: WakeSignal
  private let waker: Waker
  private let makeClient: @Sendable () -> any SessionClient

  /// The client is made on the new thread and stays there.
  init(waker: Waker, client: @escaping @Sendable () -> any SessionClient) {
    self.waker = waker
    makeClient = client
    signal = WakeSignal()
  }

  func start(showing request: ViewRequest) {
    mailbox.withLock { $0.request = request }
    LargeThread.start { [self] in run() }
  }

  func perform(_ line: String, showing request: ViewRequest) {
    mailbox.withLock { box in
      box.lines.append(line)
      box.request = request
    }
    signal.raise()
  }

  func show(_ request: ViewRequest) {
    mailbox.withLock { $0.request = request }
    signal.raise()
  }

  /// Stops the running command at the next whole block.
  func cancel() {
    let canceller = mailbox.withLock { box in
      // Holds for the line that was taken, whether or not it has begun; the next one lowers it.
      cancelFlag.store(true, ordering: .relaxed)
      // What waits behind it is not begun.
      for line in box.lines {
        let dropped = Outcome([OutputLine("not begun: \(line)", .hint)])
        box.events.append(.finished(line: line, outcome: dropped, vocabulary: nil))
      }
      box.lines = []
      return box.canceller
    }
    canceller()
    waker.wake()
  }

  /// Stops the thread after the running command, which is cancelled.
  func close() {
    cancel()
    mailbox.withLock { $0.isClosed = true }
    signal.raise()
  }

  /// Waits until what was running has been stopped, but not for long; gives what the session says last.
  func waitForEnd() -> [OutputLine] {
    let mostMilliseconds = 1000
    for _ in 0..<mostMilliseconds where !hasEnded.load(ordering: .acquiring) { usleep(1000) }
    return lastWords.withLock { $0 }
  }

  func takeEvents() -> [EngineEvent] {
    mailbox.withLock { box in
      defer { box.events = [] }
      return box.events
    }
  }

  /// Whether all that was asked is answered and taken.
  var isIdle: Bool {
    mailbox.withLock { box in
      box.lines.isEmpty && box.request == nil && box.events.isEmpty && !box.isWorking
    }
  }

  private func post(_ event: EngineEvent) {
    mailbox.withLock { box in
      // Only the newest progress and view matter.
      switch (event, box.events.last) {
      case (.progress, .progress), (.view, .view): box.events.removeLast()
      default: break
      }
      box.events.append(event)
    }
    waker.wake()
  }

  private func run() {
    let client = makeClient()
    let canceller = client.canceller
    mailbox.withLock { $0.canceller = canceller }
    let greeting = client.open(showing: wanted) { [self, clock = ProgressClock()] progress in
      post(.progress(clock.timed(progress)))
      if self.cancelFlag.load(ordering: .relaxed) { canceller() }
    }
    cancelFlag.store(false, ordering: .relaxed)
    post(.opened(greeting: greeting, vocabulary: client.vocabulary))
    while let (line, request) = next() {
      if let line {
        let outcome = client.perform(line, showing: request) {
          [self, clock = ProgressClock()] progress in
          post(.progress(clock.timed(progress)))
          // A wish to stop may have come before the line began.
          if self.cancelFlag.load(ordering: .relaxed) { canceller() }
        }
        post(.finished(line: line, outcome: outcome, vocabulary: client.vocabulary))
      } else if let request {
        post(.view(client.view(request)))
      }
    }
    let lines = client.close()
    lastWords.withLock { $0 = lines }
    hasEnded.store(true, ordering: .releasing)
  }

  /// The newest wish for a view, which is then no wish any more.
  private var wanted: ViewRequest? {
    mailbox.withLock { box in
      defer { box.request = nil }
      return box.request
    }
  }

  /// Waits for work: a line, with the view that is wanted unless another line waits behind it, or else a
  /// view; nil when closed.
  private func next() -> (line: String?, request: ViewRequest?)? {
    while true {
      let work = mailbox.withLock { box -> (String?, ViewRequest?)? in
        guard !box.isClosed else { return (nil, nil) }
        if !box.lines.isEmpty {
          box.isWorking = true
          let line = box.lines.removeFirst()
          cancelFlag.store(false, ordering: .relaxed)
          guard box.lines.isEmpty else { return (line, nil) }
          defer { box.request = nil }
          return (line, box.request)
        }
        guard let request = box.request else {
          box.isWorking = false
          return nil
        }
        box.request = nil
        box.isWorking = true
        return (nil, request)
      }
      if let work { return work.0 == nil && work.1 == nil ? nil : work }
      // An answered ping may wait for the thread to be idle.
      waker.wake()
      signal.wait()
    }
  }
}

/// A thread with room for deep models and deep input.
package enum LargeThread {
  private static let stackBytes = 64 << 20

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  package static func start(_ run: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackBytes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    let context = Unmanaged.passRetained(Body(run)).toOpaque()
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let status = pthread_create(&thread, &attributes, startBody, context)
    precondition(status == 0, "The system has no thread left for the session.")
  }

  fileprivate static func run(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    PlainTerminal.protectThread()
    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
  }
}

private func startBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  LargeThread.run(context)
  return nil
}
