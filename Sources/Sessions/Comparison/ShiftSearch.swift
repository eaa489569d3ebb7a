/// Finds by how many timesteps one array lags behind the other.
enum ShiftSearch {
  /// The shift at which the arrays agree clearly better than unmoved; 0 if there is none.
  ///
  /// A shift is judged by differences cut off at the size of the values, so that a few wrong
  /// timesteps do not hide the right one. At least half of the shorter array must overlap.
  static func best(_ offline: ComparedArray, _ stream: ComparedArray) -> Int {
    let overlap = max(1, (min(offline.timeCount, stream.timeCount) + 1) / 2)
    let lowest = overlap - offline.timeCount
    let highest = stream.timeCount - overlap
    guard lowest <= highest else { return 0 }
    let probe = Probe(offline, stream, shiftCount: highest - lowest + 1)
    guard !probe.times.isEmpty else { return 0 }
    // Small shifts first: of equally good ones, as on a constant stretch, the smallest is meant.
    let shifts = (lowest...highest).sorted { ($0.magnitude, -$0) < ($1.magnitude, -$1) }
    var best = (shift: 0, score: Double.infinity)
    for shift in shifts {
      let score = probe.score(shift, limit: best.score)
      if score < best.score { best = (shift, score) }
    }
    guard best.shift != 0 else { return 0 }
    let all = Probe(offline, stream, times: Array(0..<offline.timeCount))
    let moved = all.score(best.shift, limit: .infinity)
    return moved < 0.5 * all.score(0, limit: .infinity) ? best.shift : 0
  }

  /// Some timesteps of one array, to be found again in the other.
  private struct Probe {
    let offline: ComparedArray
    let stream: ComparedArray
    let times: [Int]
    let rows: [Int]
    let channels: [Int]
    /// The size of the values: larger differences count no more than this.
    let scale: Double

    /// Takes so many timesteps that trying all shifts stays within a second.
    init(_ offline: ComparedArray, _ stream: ComparedArray, shiftCount: Int) {
      let width = min(offline.rowCount, 4) * min(offline.channelCount, 32)
      let affordable = 200_000_000 / max(1, shiftCount * width)
      let count = min(max(affordable, 16), 128)
      self.init(offline, stream, times: Probe.telling(offline, count: count))
    }

    init(_ offline: ComparedArray, _ stream: ComparedArray, times: [Int]) {
      self.offline = offline
      self.stream = stream
      self.times = times
      rows = Probe.spread(min(offline.rowCount, 4), over: offline.rowCount)
      channels = Probe.spread(min(offline.channelCount, 32), over: offline.channelCount)
      var sum = 0.0
      var count = 0
      for value in offline.values where value.isFinite {
        sum += value.magnitude
        count += 1
      }
      scale = max(sum / Double(max(count, 1)), .leastNormalMagnitude)
    }

    /// The mean of the cut-off differences, 0 to 1; infinite when it must exceed `limit`, or when
    /// fewer than half of the timesteps can be compared.
    func score(_ shift: Int, limit: Double) -> Double {
      var sum = 0.0
      var count = 0
      let bound = limit * Double(times.count * rows.count)
      for time in times {
        for row in rows
        where offline.isValid(row, time) && stream.isValid(row, time + shift) {
          let start = offline.start(row, time)
          let otherStart = stream.start(row, time + shift)
          var worst = 0.0
          for channel in channels {
            let a = offline.values[start + channel]
            let b = stream.values[otherStart + channel]
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
}
