import Tensors

/// Looks for the channels, or the rows, of OFFLINE at other places in STREAM.
enum AxisOrderChange: Hypothesis {
  case rows, channels

  /// Places at which two channels or rows are compared before the best is taken.
  private static let probeCount = 96
  /// More channels or rows are not searched for.
  private static let most = 4096

  func predictions(for pair: ComparedPair) -> [Prediction] {
    let count = self == .rows ? pair.offline.rowCount : pair.offline.channelCount
    guard count > 1, count <= Self.most else { return [] }
    // Where all differ; where only some timesteps do, these may be the ones that were reordered.
    let all = prediction(pair, count: count, onlyDiffering: false)
    let some = prediction(pair, count: count, onlyDiffering: true)
    return [all, some].compactMap { $0 }
  }

  private func prediction(
    _ pair: ComparedPair, count: Int, onlyDiffering: Bool
  ) -> Prediction? {
    let probes = probes(pair, onlyDiffering: onlyDiffering)
    guard probes.count >= 4 else { return nil }
    let order = (0..<count).map { target in
      bestSource(of: target, count: count, pair, probes)
    }
    guard order.enumerated().contains(where: { $0 != $1 }) else { return nil }
    let values = reordered(pair, order, onlyDiffering: onlyDiffering)
    let place = onlyDiffering && pair.unmoved.differingCount < pair.unmoved.comparedCount
    return Prediction(
      kind: self == .rows ? .rowOrder : .channelOrder,
      statement: text(order, of: pair.offline) + (place ? ", where they differ" : ""),
      values: values, leastShare: 0.9)
  }

  /// Places of values: row and timestep where channels are compared, timestep and channel for rows.
  private func probes(_ pair: ComparedPair, onlyDiffering: Bool) -> [(Int, Int)] {
    let timeCount = min(pair.offline.timeCount, pair.stream.timeCount)
    var places: [(Int, Int)] = []
    for time in 0..<timeCount {
      for row in 0..<pair.offline.rowCount
      where pair.isCompared(row, time) && (!onlyDiffering || pair.isDiffering(row, time)) {
        places.append((row, time))
      }
    }
    let chosen = Self.spread(places, Self.probeCount)
    guard self == .rows else { return chosen }
    let width = pair.offline.channelCount
    return chosen.enumerated().map { index, place in (place.1, index * 7 % width) }
  }

  private static func spread(_ places: [(Int, Int)], _ count: Int) -> [(Int, Int)] {
    guard places.count > count else { return places }
    return (0..<count).map { places[$0 * places.count / count] }
  }

  /// The channel or row of OFFLINE that agrees at most places; its own place where none is better.
  private func bestSource(
    of target: Int, count: Int, _ pair: ComparedPair, _ probes: [(Int, Int)]
  ) -> Int {
    var best = (source: target, count: agreement(target, target, pair, probes))
    for source in 0..<count where best.count < probes.count {
      let found = agreement(source, target, pair, probes)
      if found > best.count { best = (source, found) }
    }
    return best.source
  }

  private func agreement(
    _ source: Int, _ target: Int, _ pair: ComparedPair, _ probes: [(Int, Int)]
  ) -> Int {
    var count = 0
    for (index, (first, second)) in probes.enumerated() {
      // Not one of the first few: the rest would not change the choice.
      if index == 16, count == 0 { return 0 }
      let (a, b): (Int, Int)
      switch self {
      case .channels:
        a = pair.offline.start(first, second) + source
        b = pair.stream.start(first, second) + target
      case .rows:
        guard pair.offline.isValid(source, first), pair.stream.isValid(target, first) else {
          continue
        }
        a = pair.offline.start(source, first) + second
        b = pair.stream.start(target, first) + second
      }
      if ValueDifference.between(pair.offline.values[a], pair.stream.values[b]) <= pair.bound {
        count += 1
      }
    }
    return count
  }

  private func reordered(
    _ pair: ComparedPair, _ order: [Int], onlyDiffering: Bool
  ) -> ComparedArray {
    let array = pair.offline
    var values = array.values
    for row in 0..<array.rowCount {
      for time in 0..<array.timeCount where !onlyDiffering || pair.isDiffering(row, time) {
        let start = array.start(row, time)
        for channel in 0..<array.channelCount {
          let source =
            self == .rows
            ? array.start(order[row], time) + channel : start + order[channel]
          values[start + channel] = array.values[source]
        }
      }
    }
    return ComparedArray(like: array, values: values)
  }

  private var name: String { self == .rows ? "row" : "channel" }

  private func text(_ order: [Int], of array: ComparedArray) -> String {
    let count = order.count
    if count > 3, order == Array((0..<count).reversed()) {
      return "\(name)s stand in reversed order"
    }
    let roll = (order[0] % count + count) % count
    if roll != 0, order.indices.allSatisfy({ order[$0] == ($0 + roll) % count }), count > 2 {
      let steps = roll <= count / 2 ? -roll : count - roll
      return "\(name)s are rolled by \(steps > 0 ? "+" : "")\(steps)"
    }
    if let inner = transposition(order) {
      return "\(name)s are those of [\(count / inner), \(inner)] transposed to "
        + "[\(inner), \(count / inner)]"
    }
    let moved = order.indices.filter { order[$0] != $0 }
    let swaps = moved.filter { order[order[$0]] == $0 && order[$0] > $0 }
    if 2 * swaps.count == moved.count {
      let shown = swaps.prefix(4).map { "\($0) and \(order[$0])" }.joined(separator: ", ")
      return "\(name)s are exchanged: \(shown)\(swaps.count > 4 ? ", …" : "")"
    }
    let shown = moved.prefix(8).map { "\($0) is OFFLINE's \(order[$0])" }.joined(separator: ", ")
    return "\(name)s stand in another order: STREAM's \(shown)\(moved.count > 8 ? ", …" : "")"
  }

  /// The inner extent of two axes in one whose transposition gives this order.
  private func transposition(_ order: [Int]) -> Int? {
    guard order.count > 3 else { return nil }
    return (2...(order.count / 2)).first { inner in
      let outer = order.count / inner
      return order.count % inner == 0
        && order.indices.allSatisfy { order[$0] == $0 % outer * inner + $0 / outer }
    }
  }
}
