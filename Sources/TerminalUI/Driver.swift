/// Something that happened at the terminal.
package enum TerminalEvent: Hashable, Sendable {
  case key(KeyPress)
  case mouse(Mouse)
  /// Text pasted as one piece; terminals mark it so that it is not taken for keys.
  case paste(String)
  /// The screen has a new size, or must be drawn anew.
  case resize(Size)
  /// `Waker.wake` was called.
  case wake
  /// The user asked the shell for the terminal (`kill -TSTP`); `Driver.suspend` gives it.
  case stop
  /// The ping key, `ESC [ 7777 ~`: answered by `Driver.pong` when all that was typed before it is
  /// on the screen. Tests and scripts use it instead of waiting; no key sends it.
  case ping
  /// The terminal is gone.
  case hangUp
}

/// A mouse action in absolute coordinates.
package struct Mouse: Hashable, Sendable {
  /// What was done.
  package enum Action: Hashable, Sendable {
    case leftPress, rightPress, wheelUp, wheelDown
  }

  package var action: Action
  package var row: Int
  package var column: Int

  package init(_ action: Action, row: Int, column: Int) {
    self.action = action
    self.row = row
    self.column = column
  }
}

/// Wakes a driver that waits for events; safe from any thread.
package struct Waker: Sendable {
  private let action: @Sendable () -> Void

  package init(_ action: @escaping @Sendable () -> Void) { self.action = action }

  package func wake() { action() }
}

/// A terminal, real or in memory.
///
/// It stays on one thread, except for its waker.
package protocol Driver: AnyObject {
  var size: Size { get }
  var colorDepth: ColorDepth { get }
  var waker: Waker { get }

  /// Waits until something happens, or `timeoutMilliseconds` have passed (nil waits for ever),
  /// and returns all that happened.
  func events(timeoutMilliseconds: Int?) -> [TerminalEvent]
  /// Shows a screen of the current size.
  func present(_ screen: Screen)
  /// Makes the next `present` draw every cell.
  func forceRepaint()
  /// Gives the terminal to the shell until it continues us.
  func suspend()
  /// Answers one ping.
  func pong()
  /// Gives the terminal back for good.
  func close()
}
