import Tensors

/// Looks for the timesteps of OFFLINE elsewhere in STREAM: late or early, repeated, lost, backward or
/// in another order.
struct TimeOrder: Hypothesis {
  func predictions(for pair: ComparedPair) -> [Prediction] {
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
          "\(rows.count == 1 ? "row" : "rows") \(NumberRanges.text(rows)): \(pattern.text(lengths))"
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

extension TimePattern {
  fileprivate var kind: Explanation.Kind {
    switch self {
    case .shift: .shift
    case .drift, .edits: .drift
    case .reversed, .reversedBlocks, .blockOrder, .folded, .moved: .timeOrder
    }
  }

  /// The rule in words; `lengths` are the timesteps of OFFLINE and STREAM.
  fileprivate func text(_ lengths: (offline: Int, stream: Int)) -> String {
    switch self {
    case .shift(0): return "time is as in OFFLINE"
    case .shift(let steps):
      return "STREAM is \(Self.count(steps)) \(steps > 0 ? "late" : "early")"
    case .drift(let change, let period, let first, let isInserted):
      let what =
        change < 0
        ? "\(Self.count(change)) \(change == -1 ? "is" : "are") lost"
        : isInserted
          ? "\(Self.count(change)) \(change == 1 ? "is" : "are") inserted"
          : "\(Self.count(change)) \(change == 1 ? "comes" : "come") again"
      let way = change > 0 ? "grows" : "falls"
      let size = abs(lengths.stream - lengths.offline)
      let length =
        size == 0
        ? "" : " (STREAM is \(Self.count(size)) \(change > 0 ? "longer" : "shorter"))"
      return
        "at every seam of \(period) timesteps of OFFLINE \(what)\(length): the shift \(way) by "
        + "\(abs(change)) a block, first at timestep \(first) of STREAM"
    case .edits(let edits):
      let shown = edits.prefix(6).map { edit in
        "\(abs(edit.change)) \(edit.change < 0 ? "lost" : "again") at \(edit.time)"
      }
      return "timesteps of OFFLINE are lost or come again at \(edits.count) "
        + "place\(edits.count == 1 ? "" : "s") of STREAM: "
        + shown.joined(separator: ", ") + (edits.count > 6 ? ", …" : "")
    case .reversed: return "STREAM runs backward in time"
    case .reversedBlocks(let length): return "STREAM runs backward in each block of \(length)"
    case .blockOrder(let length, let order):
      let shown = order.prefix(8).map(String.init).joined(separator: ", ")
      let rest = order.count > 8 ? ", …" : ""
      return "blocks of \(length) timesteps stand in another order: those of OFFLINE's "
        + "\(shown)\(rest)"
    case .folded(let rows, let columns):
      return "time is folded: STREAM is OFFLINE with its \(rows * columns) timesteps reshaped to "
        + "[\(rows), \(columns)] and transposed"
    case .moved(let stretches):
      let shown = stretches.filter { $0.shift != 0 || $0.step != 1 }.prefix(4).map { stretch in
        let last = stretch.source + stretch.step * (stretch.count - 1)
        return "\(stretch.start) to \(stretch.end - 1) is OFFLINE's \(stretch.source) to \(last)"
      }
      return "\(stretches.count) stretches stand elsewhere: STREAM's timestep "
        + shown.joined(separator: ", ") + (stretches.count > 4 ? ", …" : "")
    }
  }

  private static func count(_ steps: Int) -> String {
    let count = Int(steps.magnitude)
    return "\(NumberText.grouped(count)) timestep\(count == 1 ? "" : "s")"
  }
}
