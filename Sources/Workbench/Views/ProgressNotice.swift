/// Tells of long work line by line: first after half a second, then less and less often.
package struct ProgressNotice {
  private let start = ContinuousClock.now
  private let clock = ProgressClock()
  private var wait = Duration.milliseconds(500)

  package init() {}

  /// The line, if it is time for one.
  package mutating func line(_ progress: Progress) -> String? {
    let timed = clock.timed(progress)
    guard ContinuousClock.now - start >= wait else { return nil }
    wait *= 2
    return "\(timed.text) (Ctrl-C stops)"
  }
}
