/// How like STREAM is to OFFLINE moved in time, where no timestep need be equal.
package struct TimeLikeness: Hashable, Sendable {
  /// By how many timesteps STREAM is later when they are most alike.
  let shift: Int
  /// The mean difference there, relative to that without a shift; each difference is cut off at the
  /// size of the values, so that a few wrong timesteps do not hide the right shift.
  let rest: Double
  /// How far behind `shift` STREAM would have to be read, between two timesteps, and what is left
  /// then of the mean difference at the better of the two; nil if that is no better.
  let between: Between?
  /// A shift that changes evenly along time; nil if it does not.
  let glide: Glide?

  struct Between: Hashable, Sendable {
    let fraction: Double
    let rest: Double
  }

  /// The shifts at the first and the last timestep.
  struct Glide: Hashable, Sendable {
    let first: Double
    let last: Double
    let timeCount: Int
  }

  /// The whole shift that makes the two most alike; nil if too little overlaps.
  static func find(_ pair: ComparedPair) -> TimeLikeness? {
    let probe = TimeProbe(pair)
    var best = (shift: 0, score: Double.infinity)
    for shift in probe.shifts {
      let score = probe.meanDifference(shift, limit: best.score)
      if score < best.score { best = (shift, score) }
    }
    guard best.score.isFinite else { return nil }
    let all = TimeProbe(pair, times: Array(0..<pair.offline.timeCount))
    let unmoved = all.meanDifference(0, limit: .infinity)
    guard unmoved > 0, unmoved.isFinite else { return nil }
    let whole = all.meanDifference(best.shift, limit: .infinity) / unmoved
    let sides = [best.shift, best.shift - 1].compactMap { first in
      all.between(first).map { (first: first, fraction: $0.fraction, rest: $0.rest) }
    }
    let nearest = sides.min { $0.rest < $1.rest }
    guard let nearest, nearest.rest < 0.75 else {
      return TimeLikeness(
        shift: best.shift, rest: whole, between: nil, glide: glide(pair, probe))
    }
    return TimeLikeness(
      shift: nearest.first, rest: whole,
      between: Between(fraction: nearest.fraction, rest: nearest.rest), glide: nil)
  }

  /// Looks for the shift of each of some short windows, and for a straight line through most of them.
  private static func glide(_ pair: ComparedPair, _ probe: TimeProbe) -> Glide? {
    let timeCount = min(pair.offline.timeCount, pair.stream.timeCount)
    let windowCount = 16
    let width = min(128, timeCount / windowCount)
    guard width >= 16 else { return nil }
    let reach = min(512, timeCount / 8)
    var points: [(time: Double, shift: Double)] = []
    for index in 0..<windowCount {
      let start = (timeCount - width) * index / (windowCount - 1)
      let window = TimeProbe(probe, times: Array(start..<start + width))
      let scores = (-reach...reach).map { (shift: $0, score: window.correlation($0)) }
      guard let best = scores.max(by: { $0.score < $1.score }), best.score >= 0.95 else { continue }
      points.append((Double(start + width / 2), Double(best.shift)))
    }
    guard 4 * points.count >= 3 * windowCount else { return nil }
    let count = Double(points.count)
    let meanTime = points.reduce(0) { $0 + $1.time } / count
    let meanShift = points.reduce(0) { $0 + $1.shift } / count
    let along = points.reduce(0) { $0 + ($1.time - meanTime) * ($1.shift - meanShift) }
    let across = points.reduce(0) { $0 + ($1.time - meanTime) * ($1.time - meanTime) }
    let slope = along / across
    func shift(at time: Double) -> Double { meanShift + slope * (time - meanTime) }
    let onLine = points.count { ($0.shift - shift(at: $0.time)).magnitude <= 1.5 }
    let last = Double(timeCount - 1)
    guard 5 * onLine >= 4 * points.count, (slope * last).magnitude >= 2 else { return nil }
    return Glide(first: shift(at: 0), last: shift(at: last), timeCount: timeCount)
  }

  /// The shift at which values of the two rise and fall together, or against each other, whatever
  /// their size; nil where they never clearly do.
  static func correlated(_ pair: ComparedPair) -> Int? {
    let probe = TimeProbe(pair)
    var best = (shift: 0, score: 0.0)
    for shift in probe.shifts {
      let score = probe.correlation(shift)
      if score > best.score + 1e-9 { best = (shift, score) }
    }
    return best.score >= 0.7 ? best.shift : nil
  }
}
