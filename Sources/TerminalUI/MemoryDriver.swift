/// A driver without a terminal: events come from a script, screens are kept.
package final class MemoryDriver: Driver {
  package private(set) var size: Size
  package let colorDepth: ColorDepth
  package private(set) var screen: Screen
  package private(set) var presentedCount = 0
  package private(set) var pongCount = 0
  package private(set) var suspendCount = 0
  private var script: [TerminalEvent]

  /// A screen of `size` that hands out `script`, one event a call, and then hangs up.
  package init(size: Size, colorDepth: ColorDepth = .full, script: [TerminalEvent] = []) {
    self.size = size
    self.colorDepth = colorDepth
    self.script = script
    screen = Screen(size)
  }

  package var waker: Waker { Waker {} }

  package func events(timeoutMilliseconds: Int?) -> [TerminalEvent] {
    guard !script.isEmpty else { return [.hangUp] }
    let event = script.removeFirst()
    if case .resize(let size) = event { self.size = size }
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
