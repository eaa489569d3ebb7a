import CTerminal

/// What a front end without a screen, and threads beside it, need of the terminal.
package enum PlainTerminal {
  /// Whether lines can be edited: standard input and output are both terminals.
  package static var isInteractive: Bool { ct_is_terminal(0) && ct_is_terminal(1) }

  package static var inputIsTerminal: Bool { ct_is_terminal(0) }

  /// From now on Ctrl-C is counted and ends nothing; `takeInterrupt` returns it.
  package static func catchInterrupts() { ct_interrupt_catch() }

  /// Whether Ctrl-C came since the last call; safe from any thread.
  package static func takeInterrupt() -> Bool { ct_interrupt_take() }

  /// From now on the signals that end a program are waited for and end nothing by themselves; for a program that
  /// has no prompt.
  package static func holdEndings() { ct_ending_hold() }

  /// The next of them; waits until it comes.
  package static func waitForEnding() -> Int32 { ct_ending_wait() }

  /// Ends the program as such a signal does.
  package static func die(of signal: Int32) -> Never {
    ct_ending_die(signal)
    preconditionFailure("The signal \(signal) did not end the program.")
  }

  /// From now on a signal that ends the program gives the terminal its present settings back.
  package static func guardSettings() { ct_guard_set() }

  /// Lets the calling thread report a stack overflow and give the terminal back.
  package static func protectThread() { ct_guard_thread() }
}
