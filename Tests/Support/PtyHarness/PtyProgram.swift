import CPty
import Foundation
package import TerminalUI

/// What went wrong with a program under test, with its screen.
package struct PtyError: Error, CustomStringConvertible {
  package let description: String
}

/// How a program ended.
package enum PtyExit: Hashable, Sendable {
  case status(Int)
  case signal(Int)
}

/// A program on a pseudo-terminal, and the screen that it draws.
package final class PtyProgram {
  package private(set) var terminal: VirtualTerminal
  package let process: Int32
  private var descriptor: Int32
  private var pings = 0
  private var ended: PtyExit?
  /// Whether the program has closed its side.
  package private(set) var isGone = false

  /// Starts a program in an environment that holds nothing of the user's; the main screen already
  /// shows `shown`.
  package init(
    _ path: String, _ arguments: [String] = [], environment: [String: String] = [:],
    size: Size = Size(rows: 24, columns: 80), shown: String = ""
  ) throws {
    let clean = [
      "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent",
      "INPUTRC": "/dev/null", "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no",
    ]
    let variables = clean.merging(environment) { $1 }.map { "\($0)=\($1)" }
    var child: pid_t = 0
    descriptor = Self.withStrings([path] + arguments) { argumentStrings in
      Self.withStrings(variables) { variableStrings in
        cpty_spawn(
          path, argumentStrings, variableStrings, Int32(size.rows), Int32(size.columns), &child)
      }
    }
    process = child
    terminal = VirtualTerminal(size)
    terminal.feed(shown.utf8)
    guard descriptor >= 0 else { throw PtyError(description: "no pseudo-terminal") }
  }

  deinit {
    if ended == nil {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    if descriptor >= 0 { close(descriptor) }
  }

  /// Whether the terminal echoes and edits lines itself, as a shell leaves it.
  package var isCooked: Bool { cpty_is_cooked(descriptor) }

  package func send(_ text: String) { send(Array(text.utf8)) }

  package func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Sends keys, and waits until all that they cause is on the screen.
  package func type(_ text: String) throws {
    send(text)
    try settle()
  }

  /// Sends the ping key and reads up to its answer.
  package func settle() throws {
    pings += 1
    let wanted = pings
    send("\u{1b}[7777~")
    try wait("an answer to the ping") { $0.pongs >= wanted }
  }

  /// Reads until a condition holds.
  package func wait(
    seconds: Double = 20, _ what: String, until holds: (VirtualTerminal) -> Bool
  ) throws {
    let start = ContinuousClock.now
    while !holds(terminal) {
      let left = .seconds(seconds) - (ContinuousClock.now - start)
      guard !isGone else {
        throw PtyError(description: "no \(what): the program has ended:\n\(terminal.screenText)")
      }
      guard left > .zero else {
        throw PtyError(description: "no \(what) in \(seconds) s:\n\(terminal.screenText)")
      }
      read(milliseconds: 50)
    }
  }

  /// Waits for a text anywhere on the screen.
  package func wait(for text: String) throws {
    try wait("'\(text)'") { $0.screenText.contains(text) }
  }

  /// Changes the window's size, and waits until the program has drawn for it.
  package func resize(_ size: Size) throws {
    while read(milliseconds: 0) {}
    terminal.resize(size)
    cpty_resize(descriptor, Int32(size.rows), Int32(size.columns))
    // The signal may be on its way when the first ping is answered.
    try settle()
    try settle()
  }

  /// Reads to the end and tells how the program ended; one that does not end is killed.
  package func waitForExit(seconds: Double = 20) -> PtyExit {
    if let ended { return ended }
    var status: Int32 = 0
    let start = ContinuousClock.now
    while waitpid(process, &status, WNOHANG) == 0 {
      if !read(milliseconds: 20) { usleep(2000) }
      if ContinuousClock.now - start > .seconds(seconds) { kill(process, SIGKILL) }
    }
    while read(milliseconds: 0) {}
    let signal = Int(status & 0x7f)
    let exit: PtyExit = signal == 0 ? .status(Int((status >> 8) & 0xff)) : .signal(signal)
    ended = exit
    return exit
  }

  /// Closes the window: the program's terminal is gone.
  package func hangUp() {
    close(descriptor)
    descriptor = -1
  }

  @discardableResult
  private func read(milliseconds: Int32) -> Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = Foundation.read(descriptor, &buffer, buffer.count)
    guard count > 0 else {
      isGone = true
      return false
    }
    terminal.feed(buffer[..<count])
    return true
  }

  private static func withStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    let copies = strings.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    return body(copies)
  }
}
