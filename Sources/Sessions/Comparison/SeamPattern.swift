/// Differences that come back at the same place of every block.
package struct SeamPattern: Hashable, Sendable {
  /// The number of timesteps after which the differences repeat.
  package let period: Int
  /// The places within a period that differ, counted from a multiple of the period in STREAM.
  ///
  /// Where every timestep differs, the one place where the difference is largest.
  package let offsets: [Int]
  /// The periods with a difference at one of these places.
  package let hitCount: Int
  /// The periods from the first difference on.
  package let periodCount: Int
  /// Whether every timestep differs and only the size of the difference repeats.
  package let isInSizeOnly: Bool

  /// Looks for a pattern of the given period, or of any if there is none given.
  ///
  /// - Parameters:
  ///   - sizes: the difference at each timestep of STREAM; nil where none was compared.
  ///   - tolerance: what counts as a difference.
  ///   - block: the block length, if it is known.
  /// - Returns: nil if differences come at irregular places or fewer than three times (twice if the
  ///   block length is known).
  package static func find(
    _ sizes: [Double?], tolerance: Double, block: Int? = nil
  ) -> SeamPattern? {
    let differing = sizes.indices.filter { (sizes[$0] ?? 0) > tolerance }
    guard let first = differing.first else { return nil }
    let places = Places(sizes: sizes, differing: differing, first: first)
    let periods = block.map { [$0] } ?? candidates(differing)
    for period in periods where period > 1 {
      if let pattern = places.pattern(period, minimumHits: block == nil ? 3 : 2) { return pattern }
    }
    return SizePattern(sizes, first: first).find(block: block)
  }

  /// The distances at which differences begin again, shortest first.
  private static func candidates(_ differing: [Int]) -> [Int] {
    let known = Set(differing)
    let starts = differing.filter { !known.contains($0 - 1) }
    var counts: [Int: Int] = [:]
    for step in 1...3 where starts.count > step {
      for (a, b) in zip(starts, starts.dropFirst(step)) { counts[b - a, default: 0] += 1 }
    }
    return counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(64).map(\.key).sorted()
  }

  /// Timesteps that differ among those that were compared.
  private struct Places {
    let sizes: [Double?]
    let differing: [Int]
    let first: Int

    /// The pattern of that period, if at least 19 of 20 differences lie at places that differ in at
    /// least four of five periods, and no more than half of all places do.
    func pattern(_ period: Int, minimumHits: Int) -> SeamPattern? {
      guard sizes.count - first > period else { return nil }
      var possible: [Int: Int] = [:]
      var present: [Int: Int] = [:]
      let places = Set(differing.map { $0 % period })
      guard 2 * places.count <= period || places.count < min(period, 3) else { return nil }
      for place in places {
        // Counted from the period of the first difference on: state that starts at zero is right
        // in the first block whatever happens at the seams.
        let start = first - first % period + place
        for time in stride(from: start, to: sizes.count, by: period)
        where time >= first && sizes[time] != nil {
          possible[place, default: 0] += 1
        }
      }
      for time in differing { present[time % period, default: 0] += 1 }
      let steady = places.filter { 5 * present[$0, default: 0] >= 4 * possible[$0, default: 1] }
      let explained = differing.filter { steady.contains($0 % period) }
      guard 20 * explained.count >= 19 * differing.count else { return nil }
      let hits = Set(explained.map { $0 / period }).count
      guard hits >= minimumHits, let last = sizes.lastIndex(where: { $0 != nil }) else {
        return nil
      }
      return SeamPattern(
        period: period, offsets: steady.sorted(), hitCount: hits,
        periodCount: last / period - first / period + 1, isInSizeOnly: false)
    }
  }
}

/// Looks for a rhythm in the size of differences when nearly every timestep differs.
private struct SizePattern {
  private let sizes: [Double]
  private let first: Int
  private let total: Double

  private static let longest = 16_384

  init(_ given: [Double?], first: Int) {
    let part = given[first...].prefix(SizePattern.longest)
    let floor = part.compactMap { $0 }.filter { $0 > 0 && $0.isFinite }.min() ?? 1
    // Sizes are told apart by their ratio; a logarithm without needing one: the binary exponent.
    sizes = part.map { size in
      let bounded = min(max(size ?? floor, floor), .greatestFiniteMagnitude)
      return Double(bounded.exponent) + bounded.significand - 1
    }
    self.first = first
    total = SizePattern.spread(sizes)
  }

  func find(block: Int?) -> SeamPattern? {
    guard total > 0 else { return nil }
    let longest = min(sizes.count / 3, 2048)
    guard longest >= 2 else { return nil }
    if let block { return block > 1 && block <= longest ? pattern(block, threshold: 0.5) : nil }
    let shares = (2...longest).map { explained($0) }
    guard let best = shares.max(), best >= 0.6,
      let index = shares.firstIndex(where: { $0 >= 0.9 * best })
    else { return nil }
    return pattern(index + 2, threshold: 0.6)
  }

  private func pattern(_ period: Int, threshold: Double) -> SeamPattern? {
    guard explained(period) >= threshold else { return nil }
    let means = means(period)
    let worst = means.indices.max { means[$0] < means[$1] } ?? 0
    let count = (first + sizes.count - 1) / period - first / period + 1
    return SeamPattern(
      period: period, offsets: [(first + worst) % period], hitCount: count, periodCount: count,
      isInSizeOnly: true)
  }

  /// The share of the spread that the place within a period explains, corrected for chance.
  private func explained(_ period: Int) -> Double {
    let means = means(period)
    var rest = 0.0
    for (index, size) in sizes.enumerated() {
      let distance = size - means[index % period]
      rest += distance * distance
    }
    let count = Double(sizes.count)
    let restVariance = rest / (count - Double(period))
    return 1 - restVariance / (total / (count - 1))
  }

  private func means(_ period: Int) -> [Double] {
    var sums: [Double] = Array(repeating: 0, count: period)
    for (index, size) in sizes.enumerated() { sums[index % period] += size }
    return sums.indices.map { place in
      sums[place] / Double((sizes.count - place + period - 1) / period)
    }
  }

  private static func spread(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}
