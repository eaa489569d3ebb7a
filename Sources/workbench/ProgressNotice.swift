#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reports long work now and then, less and less often; nothing where standard error is no terminal.
struct ProgressNotice {
  private let start = ContinuousClock.now
  private var wait = Duration.milliseconds(500)
  private let isSeen = isatty(STDERR_FILENO) == 1

  /// The line, if it is time for one.
  mutating func line(_ text: String) -> String? {
    guard isSeen, ContinuousClock.now - start >= wait else { return nil }
    wait *= 2
    return "\(text) (Ctrl-C stops)"
  }
}
