/// Values of OFFLINE and STREAM at the same places, to fit numbers to.
struct Samples {
  /// More are thinned out in time.
  private static let most = 400_000

  let offline: [Double]
  let stream: [Double]
  /// The position of each.
  let rows: [Int32]
  let times: [Int32]
  let channels: [Int32]

  var count: Int { offline.count }

  /// Takes all finite values that are compared, or only those at timesteps and in channels with
  /// differences.
  init(_ pair: ComparedPair, onlyDiffering: Bool) {
    let width = pair.offline.channelCount
    let timeCount = min(pair.offline.timeCount, pair.stream.timeCount)
    let used =
      onlyDiffering ? pair.unmoved.channels.keys.sorted() : Array(0..<width)
    let total = timeCount * pair.offline.rowCount * used.count
    let step = max(1, (total + Self.most - 1) / Self.most)
    var (a, b): ([Double], [Double]) = ([], [])
    var (rows, times, channels): ([Int32], [Int32], [Int32]) = ([], [], [])
    for time in stride(from: 0, to: timeCount, by: step) {
      for row in 0..<pair.offline.rowCount
      where pair.isCompared(row, time) && (!onlyDiffering || pair.isDiffering(row, time)) {
        let (start, otherStart) = (pair.offline.start(row, time), pair.stream.start(row, time))
        for channel in used {
          let x = pair.offline.values[start + channel]
          let y = pair.stream.values[otherStart + channel]
          guard x.isFinite, y.isFinite else { continue }
          a.append(x)
          b.append(y)
          rows.append(Int32(row))
          times.append(Int32(time))
          channels.append(Int32(channel))
        }
      }
    }
    (offline, stream) = (a, b)
    (self.rows, self.times, self.channels) = (rows, times, channels)
  }
}

/// What has numbers of its own: each row, channel, block of time, or place within a block.
struct Grouping: OptionSet, Hashable {
  let rawValue: Int

  static let row = Grouping(rawValue: 1)
  static let channel = Grouping(rawValue: 2)
  static let block = Grouping(rawValue: 4)
  static let place = Grouping(rawValue: 8)

  /// From few numbers to many.
  static let all: [Grouping] = [
    [], .row, .channel, .block, .place, [.row, .channel], [.block, .channel], [.row, .block],
    [.row, .block, .channel], [.place, .channel],
  ]

  /// Such as `each block of 40 and each channel`.
  func text(_ period: Int) -> String {
    var parts: [String] = []
    if contains(.row) { parts.append("each row") }
    if contains(.block) { parts.append("each block of \(period)") }
    if contains(.place) { parts.append("each place within \(period) timesteps") }
    if contains(.channel) { parts.append("each channel") }
    return parts.joined(separator: " and ")
  }

  /// Numbers the groups of places.
  struct Key {
    let grouping: Grouping
    let period: Int
    let rowCount: Int
    let timeCount: Int
    let channelCount: Int

    var count: Int {
      var count = 1
      if grouping.contains(.row) { count *= rowCount }
      if grouping.contains(.channel) { count *= channelCount }
      if grouping.contains(.block) { count *= (timeCount + period - 1) / period }
      if grouping.contains(.place) { count *= period }
      return count
    }

    func index(_ row: Int, _ time: Int, _ channel: Int) -> Int {
      var index = grouping.contains(.row) ? row : 0
      if grouping.contains(.block) {
        index = index * ((timeCount + period - 1) / period) + time / period
      }
      if grouping.contains(.place) { index = index * period + time % period }
      if grouping.contains(.channel) { index = index * channelCount + channel }
      return index
    }

    /// The name of a group, such as `block 3, channel 1`.
    func text(_ group: Int) -> String {
      var rest = group
      var parts: [String] = []
      func take(_ count: Int, _ name: String) {
        parts.append("\(name) \(rest % count)")
        rest /= count
      }
      if grouping.contains(.channel) { take(channelCount, "channel") }
      if grouping.contains(.place) { take(period, "place") }
      if grouping.contains(.block) { take((timeCount + period - 1) / period, "block") }
      if grouping.contains(.row) { take(rowCount, "row") }
      return parts.reversed().joined(separator: ", ")
    }
  }
}
