/// Durations of one kind of run, in ascending order.
struct Samples {
  /// In seconds.
  private(set) var durations: [Double] = []

  /// Runs again and again for some time, at least once.
  static func taken(seconds: Double, _ body: () throws -> Void) rethrows -> Samples {
    let start = ContinuousClock.now
    return try taken({ _ in (ContinuousClock.now - start) / .seconds(1) < seconds }, body)
  }

  /// Runs some number of times, at least once.
  ///
  /// Nothing is allocated between the runs, so that whoever watches the process sees only them.
  static func taken(count: Int, _ body: () throws -> Void) rethrows -> Samples {
    try taken({ $0 < count }, capacity: count, body)
  }

  private static func taken(
    _ goesOn: (Int) -> Bool, capacity: Int = 0, _ body: () throws -> Void
  ) rethrows -> Samples {
    let clock = ContinuousClock()
    var samples = Samples()
    samples.durations.reserveCapacity(capacity)
    repeat {
      let begin = clock.now
      try body()
      samples.durations.append((clock.now - begin) / .seconds(1))
    } while goesOn(samples.durations.count)
    samples.durations.sort()
    return samples
  }

  /// The duration that a share of the runs did not exceed.
  func quantile(_ share: Double) -> Double {
    durations[min(durations.count - 1, Int(share * Double(durations.count)))]
  }
}
