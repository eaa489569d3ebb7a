/// How long programs took to make before they first ran.
package struct PreparationTime {
  /// Tracing layers into programs.
  package private(set) var tracing: Duration = .zero
  /// Simplifying and planning the programs.
  package private(set) var planning: Duration = .zero

  mutating func timingTrace<Result>(_ body: () throws -> Result) rethrows -> Result {
    let (result, time) = try Self.timed(body)
    tracing += time
    return result
  }

  mutating func timingPlan<Result>(_ body: () throws -> Result) rethrows -> Result {
    let (result, time) = try Self.timed(body)
    planning += time
    return result
  }

  private static func timed<Result>(
    _ body: () throws -> Result
  ) rethrows -> (Result, Duration) {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try body()
    return (result, clock.now - start)
  }
}
