/// Which timestep of OFFLINE each timestep of one row of STREAM equals, as stretches that run on in
/// both.
struct TimestepMap {
  /// Timesteps of STREAM that follow each other, and equal timesteps of OFFLINE that do, forward or
  /// backward.
  struct Stretch: Hashable {
    /// The first timestep in STREAM.
    var start: Int
    /// The timestep of OFFLINE that it equals.
    var source: Int
    var count: Int
    /// 1, or -1 where OFFLINE is read backward.
    var step: Int

    /// By how many timesteps STREAM is later.
    var shift: Int { start - source }
    /// The first timestep of STREAM behind it.
    var end: Int { start + count }
    /// The timestep of OFFLINE that would come next.
    var nextSource: Int { source + step * count }
  }

  let row: Int
  private(set) var stretches: [Stretch] = []
  /// The valid timesteps of STREAM.
  private(set) var timeCount = 0

  /// The timesteps of STREAM that equal one of OFFLINE.
  var matchedCount: Int { stretches.reduce(0) { $0 + $1.count } }

  /// How far two stretches are compared before the longer one is taken.
  private static let lookAhead = 32
  /// Where one value occurs more often, only so many timesteps around the expected one are tried.
  private static let mostCandidates = 128

  init(_ pair: ComparedPair, row: Int) {
    self.row = row
    let lookUp = LookUp(pair, row: row)
    // A single number may occur anywhere by chance; several in a row do not.
    let least = max(1, (4 + pair.offline.channelCount - 1) / pair.offline.channelCount)
    var expected = 0
    var time = 0
    while time < pair.stream.timeCount {
      guard pair.stream.isValid(row, time) else {
        (time, expected) = (time + 1, expected + 1)
        continue
      }
      guard let found = lookUp.longest(from: time, near: expected, Self.lookAhead),
        found.count >= least
      else {
        timeCount += 1
        (time, expected) = (time + 1, expected + 1)
        continue
      }
      var stretch = found
      while lookUp.isSame(stretch.nextSource, stretch.end) { stretch.count += 1 }
      stretches.append(stretch)
      timeCount += stretch.count
      (time, expected) = (stretch.end, stretch.nextSource)
    }
  }

  /// The timesteps of OFFLINE ordered by the value of one channel.
  private struct LookUp {
    let pair: ComparedPair
    let row: Int
    let channel: Int
    let ordered: [(value: Double, time: Int)]

    init(_ pair: ComparedPair, row: Int) {
      self.pair = pair
      self.row = row
      let array = pair.offline
      let times = (0..<array.timeCount).filter { array.covers(row, $0) && array.isValid(row, $0) }
      channel = LookUp.widest(array, row, times)
      var ordered: [(value: Double, time: Int)] = []
      for time in times {
        let value = array.values[array.start(row, time) + channel]
        if !value.isNaN { ordered.append((value, time)) }
      }
      self.ordered = ordered.sorted { ($0.value, $0.time) < ($1.value, $1.time) }
    }

    /// The channel whose values spread most: it distinguishes timesteps best.
    private static func widest(_ array: ComparedArray, _ row: Int, _ times: [Int]) -> Int {
      var best = (channel: 0, range: -1.0)
      for channel in 0..<array.channelCount {
        var (low, high) = (Double.infinity, -Double.infinity)
        for time in times {
          let value = array.values[array.start(row, time) + channel]
          guard value.isFinite else { continue }
          (low, high) = (min(low, value), max(high, value))
        }
        if high - low > best.range { best = (channel, high - low) }
      }
      return best.channel
    }

    /// Whether a timestep of OFFLINE has the values of one of STREAM, and both count.
    func isSame(_ source: Int, _ time: Int) -> Bool {
      guard pair.offline.covers(row, source), pair.offline.isValid(row, source),
        pair.stream.isValid(row, time)
      else { return false }
      return pair.isSame(row, source, time)
    }

    /// The longest stretch that begins at a timestep of STREAM; of equal ones the nearest.
    func longest(from time: Int, near expected: Int, _ limit: Int) -> Stretch? {
      if isSame(expected, time), let next = stretch(expected, time, 1, limit), next.count == limit {
        return next
      }
      var best: Stretch?
      for source in candidates(time, near: expected) where isSame(source, time) {
        for step in [1, -1] {
          guard let found = stretch(source, time, step, limit) else { continue }
          let isLonger = found.count > (best?.count ?? 0)
          let isNearer =
            found.count == best?.count
            && (source - expected).magnitude < ((best?.source ?? 0) - expected).magnitude
          if isLonger || isNearer { best = found }
        }
      }
      return best
    }

    private func stretch(_ source: Int, _ time: Int, _ step: Int, _ limit: Int) -> Stretch? {
      var count = 0
      while count < limit, isSame(source + step * count, time + count) { count += 1 }
      return count == 0 ? nil : Stretch(start: time, source: source, count: count, step: step)
    }

    private func candidates(_ time: Int, near expected: Int) -> [Int] {
      let value = pair.stream.values[pair.stream.start(row, time) + channel]
      guard !value.isNaN else { return [] }
      let low = position(value - pair.bound)
      var high = low
      while high < ordered.count, ordered[high].value <= value + pair.bound { high += 1 }
      guard high - low <= TimestepMap.mostCandidates else {
        let reach = TimestepMap.mostCandidates / 2
        return Array(max(0, expected - reach)..<max(1, expected + reach))
      }
      return ordered[low..<high].map(\.time)
    }

    /// The first place whose value is not below another.
    private func position(_ value: Double) -> Int {
      var (low, high) = (0, ordered.count)
      while low < high {
        let middle = (low + high) / 2
        if ordered[middle].value < value { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}
