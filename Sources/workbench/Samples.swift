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
  static func taken(count: Int, _ body: () throws -> Void) rethrows -> Samples {
    try taken({ $0 < count }, body)
  }

  private static func taken(
    _ goesOn: (Int) -> Bool, _ body: () throws -> Void
  ) rethrows -> Samples {
    let clock = ContinuousClock()
    var samples = Samples()
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
