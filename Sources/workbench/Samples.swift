/// Durations of one kind of run, in ascending order: of all runs, or of runs at even distances where there
/// were very many.
struct Samples {
  /// In seconds.
  private(set) var durations: [Double] = []
  /// How many runs there were.
  private(set) var count = 0

  /// So many durations tell quantiles well enough, and take little memory beside what is measured.
  private static let capacity = 1 << 15

  /// Runs again and again for some time, at least once.
  static func taken(seconds: Double, _ body: () throws -> Void) rethrows -> Samples {
    let start = ContinuousClock.now
    return try taken({ _ in (ContinuousClock.now - start) / .seconds(1) < seconds }, body)
  }

  /// Runs some number of times, at least once.
  static func taken(count: Int, _ body: () throws -> Void) rethrows -> Samples {
    try taken({ $0 < count }, body)
  }

  /// Nothing is allocated between the runs, so that whoever watches the process sees only them.
  private static func taken(
    _ goesOn: (Int) -> Bool, _ body: () throws -> Void
  ) rethrows -> Samples {
    let clock = ContinuousClock()
    var samples = Samples()
    samples.durations.reserveCapacity(capacity)
    var distance = 1
    repeat {
      let begin = clock.now
      try body()
      let duration = (clock.now - begin) / .seconds(1)
      if samples.count % distance == 0 {
        if samples.durations.count == capacity {
          samples.thin()
          distance *= 2
        }
        samples.durations.append(duration)
      }
      samples.count += 1
    } while goesOn(samples.count) && !Interruption.isAsked
    samples.durations.sort()
    return samples
  }

  /// Keeps every second duration.
  private mutating func thin() {
    for index in 0..<durations.count / 2 { durations[index] = durations[2 * index] }
    durations.removeLast(durations.count - durations.count / 2)
  }

  /// The duration that a share of the runs did not exceed.
  func quantile(_ share: Double) -> Double {
    durations[min(durations.count - 1, Int(share * Double(durations.count)))]
  }
}
