import Diagnostics

/// Says how long the rest of long work will take if it goes on as so far.
package struct RemainingTime {
  private var first: (progress: Progress, at: Duration)?
  private var lastDone = 0

  /// Less than this says nothing about the rest.
  private static let least = Duration.milliseconds(300)

  package init() {}

  /// The progress with the time that is left, where it can be told; `now` is on a clock that only goes on.
  package mutating func adding(to progress: Progress, at now: Duration) -> Progress {
    defer { lastDone = progress.done }
    guard let first, first.progress.label == progress.label, first.progress.total == progress.total,
      lastDone <= progress.done
    else {
      // Another part of the work, which has a pace of its own.
      first = (progress, now)
      return progress
    }
    var result = progress
    let (done, elapsed) = (progress.done - first.progress.done, now - first.at)
    guard done > 0, elapsed >= Self.least else { return result }
    let rest = Double(progress.total - progress.done) / Double(done)
    result.secondsLeft = rest * (elapsed / .seconds(1))
    return result
  }
}

extension Progress {
  /// Such as `12 s left`; the more there is, the coarser.
  var leftText: String? {
    guard let secondsLeft, secondsLeft.isFinite else { return nil }
    switch secondsLeft {
    case ..<1: return "less than 1 s left"
    case ..<90: return "\(Int(secondsLeft.rounded())) s left"
    case ..<5400: return "\(Int((secondsLeft / 60).rounded())) min left"
    default: return "\(NumberText.short(secondsLeft / 3600, digits: 2)) h left"
    }
  }
}

/// Adds the time that is left to what one long command tells of itself.
final class ProgressClock {
  private let start = ContinuousClock.now
  private var remaining = RemainingTime()

  func timed(_ progress: Progress) -> Progress {
    remaining.adding(to: progress, at: ContinuousClock.now - start)
  }
}
