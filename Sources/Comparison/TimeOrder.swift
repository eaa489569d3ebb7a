/// Looks for the timesteps of OFFLINE elsewhere in STREAM: late or early, repeated, lost, backward or
/// in another order.
///
/// Rows may be moved differently, and so may channels.
enum TimeOrder: Hypothesis {
  case rows, channels

  func predictions(for pair: ComparedPair) -> [Prediction] {
    guard self == .channels else { return found(pair) }
    // One number at a time is found again less surely, so this comes last, and for few channels only.
    guard pair.offline.rowCount == 1, (2...64).contains(pair.offline.channelCount) else {
      return []
    }
    let split = ComparedPair(
      pair.offline.channelsAsRows(), pair.stream.channelsAsRows(), pair.matching, block: pair.block)
    return found(split).filter { $0.shift == nil }.map { prediction in
      Prediction(
        kind: prediction.kind, statement: prediction.statement,
        values: prediction.values.rowsAsChannels(like: pair.stream))
    }
  }

  private func found(_ pair: ComparedPair) -> [Prediction] {
    let maps = (0..<pair.offline.rowCount).map { TimestepMap(pair, row: $0) }
    let patterns = maps.map { TimePattern($0, timeCount: pair.stream.timeCount) }
    guard patterns.contains(where: { $0 != nil && $0 != .shift(0) }) else { return [] }
    let whole = Self.shifts(maps).map { shift in
      Prediction(
        kind: .shift, statement: TimePattern.shift(shift).text((0, 0)), shift: shift,
        values: pair.offlineMoved(by: shift))
    }
    return whole + [inOrder(pair, maps, patterns)]
  }

  /// The shifts of most timesteps, small ones first: of equally good ones, as with a rhythm, the
  /// smallest is meant.
  private static func shifts(_ maps: [TimestepMap]) -> [Int] {
    var weights: [Int: Int] = [:]
    for stretch in maps.flatMap(\.stretches) where stretch.step == 1 && stretch.shift != 0 {
      weights[stretch.shift, default: 0] += stretch.count
    }
    let heaviest = weights.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(4).map(\.key)
    return heaviest.sorted { ($0.magnitude, -$0) < ($1.magnitude, -$1) }
  }

  private var unit: String { self == .rows ? "row" : "channel" }

  private func inOrder(
    _ pair: ComparedPair, _ maps: [TimestepMap], _ patterns: [TimePattern?]
  ) -> Prediction {
    let distinct = patterns.reduce(into: [TimePattern?]()) { found, pattern in
      if !found.contains(pattern) { found.append(pattern) }
    }
    let lengths = (pair.offline.timeCount, pair.stream.timeCount)
    var statement = ""
    if distinct.count == 1, let only = distinct[0] {
      statement = only.text(lengths)
    } else {
      // Rows may be moved differently; each rule is said once.
      let parts = distinct.compactMap { pattern -> String? in
        guard let pattern else { return nil }
        let rows = patterns.indices.filter { patterns[$0] == pattern }
        return
          "\(unit)\(rows.count == 1 ? "" : "s") \(NumberRanges.text(rows)): \(pattern.text(lengths))"
      }
      statement = parts.joined(separator: "; ")
    }
    let main = distinct.compactMap { $0 }.first { $0 != .shift(0) }
    var shift: Int?
    if distinct.count == 1, case .shift(let steps)? = main { shift = steps }
    return Prediction(
      kind: main?.kind ?? .timeOrder, statement: statement, shift: shift,
      values: Self.moved(pair, maps))
  }

  /// OFFLINE with its timesteps where the map found them; what STREAM has in between is compared with
  /// the timestep that would have followed.
  private static func moved(_ pair: ComparedPair, _ maps: [TimestepMap]) -> ComparedArray {
    let (offline, stream) = (pair.offline, pair.stream)
    let width = stream.channelCount
    var values: [Double] = Array(repeating: .nan, count: stream.values.count)
    var covered: [Bool] = Array(repeating: true, count: stream.rowCount * stream.timeCount)
    for map in maps {
      for time in 0..<stream.timeCount {
        let isOutside = map.source(of: time).map { $0 < 0 || $0 >= offline.timeCount } ?? true
        let isBefore = map.stretches.first.map { time < $0.start } ?? true
        let isBehind = map.stretches.last.map { time >= $0.end } ?? true
        if isOutside {
          covered[map.row * stream.timeCount + time] = !(isBefore || isBehind)
          continue
        }
        guard let source = map.source(of: time) else { continue }
        let (start, otherStart) = (offline.start(map.row, source), stream.start(map.row, time))
        values.replaceSubrange(
          otherStart..<otherStart + width, with: offline.values[start..<start + width])
      }
    }
    return ComparedArray(like: stream, values: values, covered: covered)
  }
}

extension TimestepMap {
  /// The timestep of OFFLINE that belongs at one of STREAM; nil if nothing is known.
  fileprivate func source(of time: Int) -> Int? {
    guard let first = stretches.first else { return nil }
    var low = 0
    var high = stretches.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if stretches[middle].start <= time { low = middle } else { high = middle }
    }
    let stretch = time < first.start ? first : stretches[low]
    return stretch.source + stretch.step * (time - stretch.start)
  }
}
