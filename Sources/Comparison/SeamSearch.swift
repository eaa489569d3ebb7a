/// Looks for what the differences of two arrays have to do with blocks.
struct SeamSearch {
  private let left: Differences
  private let pair: ComparedPair
  private let isMoved: Bool

  /// Takes the differences that are left after time was put right, if that is known; the pair is as it
  /// came.
  init(_ left: Differences, _ pair: ComparedPair, isMoved: Bool) {
    (self.left, self.pair, self.isMoved) = (left, pair, isMoved)
  }

  /// The places, else the sizes, else the jumps that repeat.
  func pattern(block: Int?) -> SeamPattern? {
    let found = SeamPattern.find(left.envelope, block: block) { period in
      !hasRhythm(pair.offline, period) && !hasRhythm(pair.stream, period)
    }
    return found ?? (isMoved ? nil : jumps(block: block))
  }

  /// Whether the values of an array themselves rise and fall with a period.
  private func hasRhythm(_ array: ComparedArray, _ period: Int) -> Bool {
    let sizes = (0..<array.timeCount).map { time -> Double? in
      var largest = 0.0
      for row in 0..<array.rowCount where array.isValid(row, time) {
        let start = array.start(row, time)
        for value in array.values[start..<start + array.channelCount] where value.isFinite {
          largest = max(largest, value.magnitude)
        }
      }
      return largest
    }
    return SizePattern(sizes, first: 0).find(block: period) != nil
  }

  /// Where the difference changes by far more than it does elsewhere: a state that begins anew is as
  /// wrong at the end of a block as at its start, if it is a long one.
  private func jumps(block: Int?) -> SeamPattern? {
    let timeCount = min(pair.offline.timeCount, pair.stream.timeCount)
    guard timeCount > 3 else { return nil }
    let changes = (0..<timeCount).map { time in time == 0 ? 0 : change(at: time) }
    let ordered = changes.sorted()
    let usual = ordered[ordered.count / 2]
    let high = changes.map { $0 > 8 * usual && $0 > pair.bound ? $0 : 0 }
    guard let found = SeamPattern.find(high, block: block), found.extent == .places else {
      return nil
    }
    return SeamPattern(
      period: found.period, offsets: found.offsets, hitCount: found.hitCount,
      periodCount: found.periodCount, extent: .jump)
  }

  /// The largest change of the difference from the timestep before, over rows and channels.
  private func change(at time: Int) -> Double {
    var largest = 0.0
    for row in 0..<pair.offline.rowCount
    where pair.isCompared(row, time) && pair.isCompared(row, time - 1) {
      let (a, b) = (pair.offline.start(row, time), pair.stream.start(row, time))
      let (c, d) = (pair.offline.start(row, time - 1), pair.stream.start(row, time - 1))
      for channel in 0..<pair.offline.channelCount {
        let now = pair.stream.values[b + channel] - pair.offline.values[a + channel]
        let before = pair.stream.values[d + channel] - pair.offline.values[c + channel]
        if (now - before).isFinite { largest = max(largest, (now - before).magnitude) }
      }
    }
    return largest
  }
}
