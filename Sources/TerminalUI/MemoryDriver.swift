/// A driver without a terminal: events come from a script, screens are kept.
package final class MemoryDriver: Driver {
  package private(set) var size: Size
  package let colorDepth: ColorDepth
  package private(set) var screen: Screen
  package private(set) var presentedCount = 0
  package private(set) var pongCount = 0
  package private(set) var suspendCount = 0
  private var script: [TerminalEvent]
  private var pingCount = 0
  private let signal = WakeSignal()

  /// A screen of `size` that hands out `script`, one event a call, and then hangs up.
  ///
  /// After a ping the next event waits for the pong.
  package init(size: Size, colorDepth: ColorDepth = .full, script: [TerminalEvent] = []) {
    self.size = size
    self.colorDepth = colorDepth
    self.script = script
    screen = Screen(size)
  }

  package var waker: Waker { Waker { [signal] in signal.raise() } }

  package func events(timeoutMilliseconds: Int?) -> [TerminalEvent] {
    // What a ping waits for comes from another thread, which wakes us.
    if pingCount > pongCount {
      signal.wait()
      return [.wake]
    }
    guard !script.isEmpty else { return [.hangUp] }
    let event = script.removeFirst()
    if case .resize(let size) = event { self.size = size }
    if event == .ping { pingCount += 1 }
    return [event]
  }

  package func present(_ screen: Screen) {
    self.screen = screen
    presentedCount += 1
  }

  package func forceRepaint() {}
  package func suspend() { suspendCount += 1 }
  package func pong() { pongCount += 1 }
  package func close() {}
}
