import Execution
import Serialization
import Synchronization
import TerminalUI
import Workbench

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C, and the other signals that ask a program to end, for commands without a prompt.
///
/// What runs is asked to stop, and the command has most of a second to say what it has found so far. Then
/// the program ends: unfinished files are removed, and it dies of the signal itself, so that a shell sees
/// status 130 for Ctrl-C and stops its script too.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  private static let flags = Mutex<[CancelFlag]>([])

  private static let graceMicroseconds: UInt32 = 800_000
  private static let turnMicroseconds: UInt32 = 20_000

  /// Raised when the command is to end.
  static let flag = CancelFlag()

  /// Whether the command is to end.
  static var isAsked: Bool { flag.isRaised }

  /// Raises a flag too when the command is to end, such as that of a session.
  static func add(_ flag: CancelFlag) {
    flags.withLock { $0.append(flag) }
    if Self.flag.isRaised { flag.raise() }
  }

  /// From here on signals end the program as described above; a command without results ends at once.
  static func watch(hasAnswer: Bool) {
    PlainTerminal.holdEndings()
    LargeThread.start {
      received.store(PlainTerminal.waitForEnding(), ordering: .releasing)
      flag.raise()
      // A session lowers its flag when it begins a command.
      for _ in 0..<(hasAnswer ? graceMicroseconds / turnMicroseconds : 0) {
        flags.withLock { $0.forEach { $0.raise() } }
        usleep(turnMicroseconds)
      }
      die()
    }
  }

  /// Ends the program if it was asked to end, now that all is said.
  static func endIfAsked() {
    if flag.isRaised { die() }
  }

  private static func die() -> Never {
    AtomicFile.removeUnfinished()
    // The flag may be seen before the number.
    while received.load(ordering: .acquiring) == 0 { usleep(turnMicroseconds) }
    PlainTerminal.die(of: received.load(ordering: .acquiring))
  }
}

/// A command that says what it has found when it is asked to end.
protocol Interruptible {}
