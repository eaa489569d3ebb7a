/// The rule behind a ``TimestepMap``.
enum TimePattern: Hashable {
  /// STREAM is later by one number of timesteps; 0 if time is as it should be.
  case shift(Int)
  /// The shift changes by `change` each `period` timesteps of OFFLINE, first at `first` of STREAM.
  case drift(change: Int, period: Int, first: Int, isInserted: Bool)
  /// The whole runs backward.
  case reversed
  /// Every block runs backward.
  case reversedBlocks(Int)
  /// Blocks of `length` stand in another order; which of OFFLINE stands at each place.
  case blockOrder(length: Int, order: [Int])
  /// Timesteps are lost or added at a few places.
  case edits([Edit])
  /// STREAM is OFFLINE with time reshaped to `[rows, columns]` and transposed.
  case folded(rows: Int, columns: Int)
  /// Stretches that stand elsewhere, by no rule that is known here.
  case moved([TimestepMap.Stretch])

  /// A place in STREAM at which the shift changes.
  struct Edit: Hashable {
    let time: Int
    let change: Int
  }

  /// The rule, unless too little was found again for one.
  init?(_ map: TimestepMap, timeCount: Int) {
    let stretches = map.stretches
    let matched = map.matchedCount
    guard matched > 0, 2 * matched >= map.timeCount else { return nil }
    func isMost(_ part: Int) -> Bool { 20 * part >= 19 * matched }

    let shifts = Self.weights(stretches) { $0.step == 1 ? $0.shift : nil }
    if let (shift, weight) = shifts.first, isMost(weight) {
      self = .shift(shift)
      return
    }
    let backward = stretches.filter { $0.step == -1 }
    if isMost(backward.reduce(0) { $0 + $1.count }) {
      let sums = Self.weights(backward) { $0.start + $0.source }
      let length = Self.weights(backward) { $0.count }.first?.key ?? 0
      self = sums.first.map { isMost($0.weight) } == true ? .reversed : .reversedBlocks(length)
      return
    }
    guard
      let rule =
        Self.folded(stretches, timeCount, isMost) ?? Self.drift(stretches) ?? Self.edits(stretches)
        ?? Self.blockOrder(stretches, isMost) ?? Self.scattered(stretches)
    else { return nil }
    self = rule
  }

  /// The timesteps that share a property, the most first.
  private static func weights(
    _ stretches: [TimestepMap.Stretch], by key: (TimestepMap.Stretch) -> Int?
  ) -> [(key: Int, weight: Int)] {
    var weights: [Int: Int] = [:]
    for stretch in stretches {
      if let key = key(stretch) { weights[key, default: 0] += stretch.count }
    }
    return weights.map { (key: $0.key, weight: $0.value) }
      .sorted { ($0.weight, -$0.key.magnitude.signed) > ($1.weight, -$1.key.magnitude.signed) }
  }

  /// Stretches of one shift that follow each other, as one.
  private static func runs(_ stretches: [TimestepMap.Stretch]) -> [TimestepMap.Stretch] {
    var runs: [TimestepMap.Stretch] = []
    for stretch in stretches {
      if let last = runs.last, last.shift == stretch.shift {
        runs[runs.count - 1].count = stretch.end - last.start
      } else {
        runs.append(stretch)
      }
    }
    return runs
  }

  /// A shift that changes by the same number at three places or more, in at least four of five
  /// changes.
  private static func drift(_ stretches: [TimestepMap.Stretch]) -> TimePattern? {
    let runs = runs(stretches)
    guard runs.count > 3 else { return nil }
    let changes = zip(runs, runs.dropFirst()).map { $1.shift - $0.shift }
    guard let change = mostCommon(changes, share: 0.8) else { return nil }
    let ends = runs.dropLast().map(\.nextSource)
    guard let period = mostCommon(zip(ends, ends.dropFirst()).map { $1 - $0 }, share: 0.8),
      period > 0
    else { return nil }
    let gaps = zip(runs, runs.dropFirst()).map { $1.start - $0.end }
    let isInserted = mostCommon(gaps, share: 0.8) == change
    return .drift(
      change: change, period: period, first: runs[1].start, isInserted: isInserted)
  }

  /// A few changes of the shift, none of which goes back further than the stretch before it.
  private static func edits(_ stretches: [TimestepMap.Stretch]) -> TimePattern? {
    let runs = runs(stretches)
    let pairs = zip(runs, runs.dropFirst())
    guard runs.count > 1, runs.count <= 64, runs.allSatisfy({ $0.step == 1 || $0.count == 1 }),
      pairs.allSatisfy({ $1.source > $0.source && $1.nextSource > $0.nextSource })
    else { return nil }
    let start = runs[0].shift == 0 ? [] : [Edit(time: 0, change: runs[0].shift)]
    return .edits(start + pairs.map { Edit(time: $1.start, change: $1.shift - $0.shift) })
  }

  private static func mostCommon(_ numbers: [Int], share: Double) -> Int? {
    var counts: [Int: Int] = [:]
    for number in numbers { counts[number, default: 0] += 1 }
    guard let best = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
      Double(best.value) >= share * Double(numbers.count)
    else { return nil }
    return best.key
  }

  private static func folded(
    _ stretches: [TimestepMap.Stretch], _ timeCount: Int, _ isMost: (Int) -> Bool
  ) -> TimePattern? {
    guard timeCount > 3 else { return nil }
    for rows in 2...(timeCount / 2) where timeCount % rows == 0 {
      let columns = timeCount / rows
      var found = 0
      for stretch in stretches {
        for index in 0..<stretch.count {
          let time = stretch.start + index
          let source = stretch.source + stretch.step * index
          if source == time % rows * columns + time / rows { found += 1 }
        }
      }
      if isMost(found) { return .folded(rows: rows, columns: columns) }
    }
    return nil
  }

  /// A few stretches; many are found by chance where values are few.
  private static func scattered(_ stretches: [TimestepMap.Stretch]) -> TimePattern? {
    stretches.count <= 64 ? .moved(stretches) : nil
  }

  private static func blockOrder(
    _ stretches: [TimestepMap.Stretch], _ isMost: (Int) -> Bool
  ) -> TimePattern? {
    // The length that divides where stretches begin: blocks that stay in order are one stretch.
    let length = stretches.reduce(0) { divisor($0, divisor($1.start, $1.source)) }
    guard length > 1 else { return nil }
    let inOrder = stretches.filter {
      $0.step == 1 && ($0.count % length == 0 || $0 == stretches.last)
    }
    guard isMost(inOrder.reduce(0) { $0 + $1.count }) else { return nil }
    let order = stretches.flatMap { stretch in
      (0..<(stretch.count + length - 1) / length).map { stretch.source / length + $0 }
    }
    return .blockOrder(length: length, order: order)
  }

  private static func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
}

extension UInt {
  /// The same number with a sign.
  fileprivate var signed: Int { Int(clamping: self) }
}
