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
  /// What of the differences repeats.
  package let extent: Extent

  package enum Extent: String, Hashable, Sendable {
    /// Where there are any.
    case places
    /// Their size: every timestep differs.
    case size
    /// Where they change by much from one timestep to the next.
    case jump
  }

  /// Where the places begin and end, if they are one stretch; the first is negative where they begin
  /// before a seam.
  package var stretch: ClosedRange<Int>? { SeamPattern.stretch(offsets, period) }

  /// Looks for a pattern of the given period, or of any if there is none given.
  ///
  /// - Parameters:
  ///   - sizes: the difference at each timestep of STREAM, 0 where none counts; nil where none was
  ///     compared.
  ///   - block: the block length, if it is known.
  ///   - isOwn: whether a rhythm of sizes belongs to the differences: one that the values have
  ///     themselves says nothing of blocks.
  /// - Returns: nil if differences come at irregular places or fewer than three times (twice if the
  ///   block length is known).
  package static func find(
    _ sizes: [Double?], block: Int? = nil, isOwn: (Int) -> Bool = { _ in true }
  ) -> SeamPattern? {
    let differing = sizes.indices.filter { (sizes[$0] ?? 0) > 0 }
    guard let first = differing.first else { return nil }
    let places = Places(sizes: sizes, differing: differing, first: first)
    let periods = block.map { [$0] } ?? candidates(differing)
    for period in periods where period > 1 {
      if let pattern = places.pattern(period, isKnown: block != nil) { return pattern }
    }
    guard let pattern = SizePattern(sizes, first: first).find(block: block), isOwn(pattern.period)
    else { return nil }
    return pattern
  }

  /// Sorted places as one stretch around a seam or within a block.
  fileprivate static func stretch(_ offsets: [Int], _ period: Int) -> ClosedRange<Int>? {
    guard let first = offsets.first, let last = offsets.last else { return nil }
    if last - first + 1 == offsets.count { return first...last }
    guard first == 0, last == period - 1,
      let gap = offsets.indices.dropFirst().first(where: { offsets[$0] != offsets[$0 - 1] + 1 })
    else { return nil }
    let before = offsets[gap...]
    guard before.count == period - before[gap] else { return nil }
    return before[gap] - period...offsets[gap - 1]
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
    /// least four of five periods, and no more than three of four places do.
    func pattern(_ period: Int, isKnown: Bool) -> SeamPattern? {
      let minimumHits = isKnown ? 2 : 3
      guard sizes.count - first > period else { return nil }
      var possible: [Int: Int] = [:]
      var present: [Int: Int] = [:]
      let places = Set(differing.map { $0 % period })
      guard 4 * places.count <= 3 * period || places.count < min(period, isKnown ? period : 3)
      else { return nil }
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
      let offsets = steady.sorted()
      // What begins before a seam belongs to that seam.
      let early = min(SeamPattern.stretch(offsets, period)?.lowerBound ?? 0, 0)
      let hits = Set(explained.map { ($0 - early) / period }).count
      guard hits >= minimumHits, let last = sizes.lastIndex(where: { $0 != nil }) else {
        return nil
      }
      return SeamPattern(
        period: period, offsets: offsets, hitCount: hits,
        periodCount: max(hits, last / period - (first - early) / period + 1), extent: .places)
    }
  }
}
