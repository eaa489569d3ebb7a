/// Some timesteps of OFFLINE, to be found again in STREAM.
struct TimeProbe {
  let pair: ComparedPair
  let times: [Int]
  let rows: [Int]
  let channels: [Int]
  /// The size of the values: larger differences count no more than this.
  let scale: Double

  /// Small shifts first: of equally good ones, as on a constant stretch, the smallest is meant.
  ///
  /// At least half of the shorter array overlaps.
  var shifts: [Int] {
    let (a, b) = (pair.offline.timeCount, pair.stream.timeCount)
    let overlap = max(1, (min(a, b) + 1) / 2)
    guard overlap - a <= b - overlap else { return [] }
    return (overlap - a...b - overlap).sorted { ($0.magnitude, -$0) < ($1.magnitude, -$1) }
  }

  /// Takes so many timesteps that trying all shifts stays within a second.
  init(_ pair: ComparedPair) {
    let width = min(pair.offline.rowCount, 4) * min(pair.offline.channelCount, 32)
    let shiftCount = max(pair.offline.timeCount, pair.stream.timeCount)
    let affordable = 100_000_000 / max(1, shiftCount * width)
    let count = min(max(affordable, 16), 128)
    self.init(pair, times: TimeProbe.telling(pair.offline, count: count))
  }

  /// Other timesteps with the same rows, channels and size of values.
  init(_ other: TimeProbe, times: [Int]) {
    (pair, self.times, rows) = (other.pair, times, other.rows)
    (channels, scale) = (other.channels, other.scale)
  }

  init(_ pair: ComparedPair, times: [Int]) {
    self.pair = pair
    self.times = times
    rows = TimeProbe.spread(min(pair.offline.rowCount, 4), over: pair.offline.rowCount)
    channels = TimeProbe.spread(min(pair.offline.channelCount, 32), over: pair.offline.channelCount)
    var sum = 0.0
    var count = 0
    for value in pair.offline.values where value.isFinite {
      sum += value.magnitude
      count += 1
    }
    scale = max(sum / Double(max(count, 1)), .leastNormalMagnitude)
  }

  /// The mean of the cut-off differences, 0 to 1; infinite when it must exceed `limit`, or when
  /// fewer than half of the timesteps can be compared.
  func meanDifference(_ shift: Int, limit: Double) -> Double {
    var sum = 0.0
    var count = 0
    let bound = limit * Double(times.count * rows.count)
    for time in times {
      for row in rows where isCompared(row, time, shift) {
        let start = pair.offline.start(row, time)
        let otherStart = pair.stream.start(row, time + shift)
        var worst = 0.0
        for channel in channels {
          let a = pair.offline.values[start + channel]
          let b = pair.stream.values[otherStart + channel]
          worst = max(worst, ValueDifference.between(a, b))
        }
        sum += min(worst / scale, 1)
        count += 1
      }
      if sum > bound { return .infinity }
    }
    let isEnough = 4 * count >= times.count * rows.count
    return isEnough ? sum / Double(count) : .infinity
  }

  /// The mean over channels of how far two values go together, 0 to 1 whatever their sign.
  func correlation(_ shift: Int) -> Double {
    var total = 0.0
    for channel in channels {
      var (n, a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for time in times {
        for row in rows where isCompared(row, time, shift) {
          let x = pair.offline.values[pair.offline.start(row, time) + channel]
          let y = pair.stream.values[pair.stream.start(row, time + shift) + channel]
          guard x.isFinite, y.isFinite else { continue }
          n += 1
          a += x
          b += y
          aa += x * x
          bb += y * y
          ab += x * y
        }
      }
      guard 4 * n >= Double(times.count * rows.count) else { return 0 }
      let spread = (n * aa - a * a) * (n * bb - b * b)
      if spread > 0 { total += (n * ab - a * b).magnitude / spread.squareRoot() }
    }
    return total / Double(max(channels.count, 1))
  }

  /// How OFFLINE is best read out of STREAM between `first` and the timestep behind it, and what is
  /// left of the mean difference from the nearer of these two.
  func between(_ first: Int) -> (fraction: Double, rest: Double)? {
    var (along, across) = (0.0, 0.0)
    func each(_ body: (_ x: Double, _ a: Double, _ b: Double) -> Void) {
      for time in times {
        for row in rows where isCompared(row, time, first) && isCompared(row, time, first + 1) {
          let start = pair.offline.start(row, time)
          let near = pair.stream.start(row, time + first)
          let far = pair.stream.start(row, time + first + 1)
          for channel in channels {
            let x = pair.offline.values[start + channel]
            let (a, b) = (pair.stream.values[near + channel], pair.stream.values[far + channel])
            if x.isFinite, a.isFinite, b.isFinite { body(x, a, b) }
          }
        }
      }
    }
    each { x, a, b in
      along += (x - a) * (b - a)
      across += (b - a) * (b - a)
    }
    guard across > 0 else { return nil }
    let fraction = along / across
    guard fraction > 0.05, fraction < 0.95 else { return nil }
    var (sum, near, far) = (0.0, 0.0, 0.0)
    each { x, a, b in
      sum += (x - a - fraction * (b - a)).magnitude
      near += (x - a).magnitude
      far += (x - b).magnitude
    }
    return (fraction, sum / min(near, far))
  }

  private func isCompared(_ row: Int, _ time: Int, _ shift: Int) -> Bool {
    pair.offline.covers(row, time) && pair.offline.isValid(row, time)
      && pair.stream.isValid(row, time + shift)
  }

  /// Timesteps where much happens, and others spread evenly.
  private static func telling(_ array: ComparedArray, count: Int) -> [Int] {
    guard array.timeCount > count else { return Array(0..<array.timeCount) }
    let width = array.channelCount
    var changes: [(time: Int, change: Double)] = []
    for time in 1..<array.timeCount where array.isValid(0, time) {
      let (now, before) = (array.start(0, time), array.start(0, time - 1))
      var change = 0.0
      for channel in 0..<width {
        let difference = array.values[now + channel] - array.values[before + channel]
        change = max(change, difference.isFinite ? difference.magnitude : 0)
      }
      changes.append((time, change))
    }
    changes.sort { ($0.change, $1.time) > ($1.change, $0.time) }
    let eventful = changes.prefix(count / 2).map(\.time)
    return Set(eventful + spread(count - count / 2, over: array.timeCount)).sorted()
  }

  private static func spread(_ count: Int, over total: Int) -> [Int] {
    (0..<count).map { $0 * total / max(count, 1) }
  }
}
