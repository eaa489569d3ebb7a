/// Statistics of every layer and row by span of steps, on levels of which each has spans eight times as long.
///
/// The shortest spans grow with the run, so that all of it stays within a fixed amount of memory and a
/// question about any range of steps reads a few dozen entries.
package struct StatisticsPyramid {
  /// Steps of a span on the lowest level.
  package private(set) var span = 8
  /// How many layers and rows there are statistics of.
  private let width: Int
  private var budgetBytes: Int
  /// Entries of all spans, `width` each.
  private var levels: [[SpanStatistics]] = []
  private static let factor = 8
  private static let levelCount = 4

  init(width: Int, budgetBytes: Int) {
    self.width = max(1, width)
    self.budgetBytes = budgetBytes
    levels = Array(repeating: [], count: Self.levelCount)
  }

  /// The bytes of all entries.
  package var byteCount: Int {
    levels.reduce(0) { $0 + $1.count } * MemoryLayout<SpanStatistics>.stride
  }

  /// The end of the span on the lowest level that holds a step.
  func spanEnd(_ step: Int) -> Int { (step / span + 1) * span }

  /// Adds statistics of steps within one span of the lowest level, to every level.
  mutating func add(_ statistics: SpanStatistics, _ column: Int, step: Int) {
    var length = span
    for level in levels.indices {
      let entry = step / length * width + column
      if entry >= levels[level].count {
        let missing = (entry / width + 1) * width - levels[level].count
        levels[level] += Array(repeating: SpanStatistics(), count: missing)
      }
      levels[level][entry].add(statistics)
      length *= Self.factor
    }
  }

  /// Takes another budget.
  mutating func setBudget(_ byteCount: Int) {
    budgetBytes = byteCount
    thin()
  }

  /// Doubles the spans while all entries take too much memory.
  mutating func thin() {
    while byteCount > budgetBytes, levels[0].count > 2 * width {
      // Pairs of spans become one on every level.
      levels = levels.map { level in
        let spans = level.count / width
        var merged: [SpanStatistics] = []
        merged.reserveCapacity((spans + 1) / 2 * width)
        for pair in stride(from: 0, to: spans, by: 2) {
          for column in 0..<width {
            var entry = level[pair * width + column]
            if pair + 1 < spans { entry.add(level[(pair + 1) * width + column]) }
            merged.append(entry)
          }
        }
        return merged
      }
      span *= 2
    }
  }

  /// What is known of a range of steps; spans on the lowest level count whole.
  package func statistics(_ column: Int, _ steps: Range<Int>) -> SpanStatistics {
    var result = SpanStatistics()
    var first = steps.lowerBound / span
    let end = (steps.upperBound + span - 1) / span
    while first < end {
      // The highest level whose span begins here and does not reach beyond the end.
      var (level, length) = (0, 1)
      while level + 1 < levels.count, first % (length * Self.factor) == 0,
        first + length * Self.factor <= end
      {
        level += 1
        length *= Self.factor
      }
      let entry = first / length * width + column
      if levels.indices.contains(level), levels[level].indices.contains(entry) {
        result.add(levels[level][entry])
      }
      first += length
    }
    return result
  }
}
