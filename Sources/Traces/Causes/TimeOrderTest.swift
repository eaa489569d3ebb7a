import Comparison

/// Whether the timesteps of STREAM are those of OFFLINE with some lost or repeated.
struct TimeOrderTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var lost = CauseFinding(.timestepLost)
    var repeated = CauseFinding(.timestepRepeated)
    var trimmed = CauseFinding(.tailTrimmed)
    let maps = evidence.wrongRows.prefix(4).map { changes(evidence, row: $0) }
    guard let first = maps.first, let change = first.changes.first,
      maps.allSatisfy({ 10 * $0.matched >= 8 * $0.wrong })
    else { return [lost, repeated] }
    let counts = first.changes.prefix(32)
    let total = counts.reduce(0) { $0 + $1.shift }
    let text =
      "from t \(change.time) on STREAM has the timesteps of OFFLINE \(describe(change.shift))"
      + (counts.count > 1 ? ", and \(counts.count - 1) more such places" : "")
      + (change.isSeam ? ", at the start of a block" : "")
    if isPosition(evidence) {
      var position = CauseFinding(.wrongPosition)
      position.support(
        true, 6, text + "; it is the same in all rows: not of the input, but of positions")
      return [position]
    }
    if first.changes.count == 1, change.shift > 0, evidence.start == 0,
      change.time <= change.shift
    {
      trimmed.support(
        true, 5,
        "STREAM is \(change.shift) late from the start: what comes before the first timestep was kept, and "
          + "as much is missing at the end")
      return [trimmed]
    }
    if total < 0 {
      lost.support(true, 5, text)
    } else {
      repeated.support(true, 5, text)
    }
    return [lost, repeated]
  }

  private func describe(_ shift: Int) -> String {
    shift < 0
      ? "\(-shift) earlier: \(-shift) lost" : "\(shift) later: \(shift) repeated or put in"
  }

  /// Whether the values are the same in all rows that the model was fed, as those of positions are.
  private func isPosition(_ evidence: CauseEvidence) -> Bool {
    let array = evidence.offline
    guard evidence.inputRowCount > 1 else { return false }
    let size = array.timeCount * array.channelCount
    return (1..<max(array.rowCount, 1)).allSatisfy { row in
      array.values[row * size..<(row + 1) * size].elementsEqual(array.values[..<size])
    }
  }

  private struct Change {
    let time: Int
    /// By how much STREAM is later from here on than before.
    let shift: Int
    let isSeam: Bool
  }

  /// Follows one row through time: where it goes on with another timestep of OFFLINE than the next.
  private func changes(
    _ evidence: CauseEvidence, row: Int
  ) -> (changes: [Change], matched: Int, wrong: Int) {
    let count = evidence.differences.envelope.count
    let starts = Set(evidence.blocks.map { $0.times.lowerBound })
    var (shift, time, matched, wrong) = (0, 0, 0, 0)
    var changes: [Change] = []
    func isSame(_ time: Int, _ shift: Int) -> Bool {
      let source = time - shift
      let offline = evidence.offlineOn
      guard source >= 0, source < offline.timeCount else { return false }
      let (a, b) = (offline.start(row, source), evidence.stream.start(row, time))
      return (0..<offline.channelCount).allSatisfy { channel in
        !evidence.comparison.criterion.differs(
          offline.values[a + channel], evidence.stream.values[b + channel])
      }
    }
    /// How many timesteps run on from here with a shift; those that are all alike say nothing.
    func run(_ time: Int, _ shift: Int) -> Int {
      var length = 0
      while time + length < count, length < 8, isSame(time + length, shift) { length += 1 }
      return length
    }
    while time < count {
      if isSame(time, shift) {
        if evidence.isWrong(row, time) { (matched, wrong) = (matched + 1, wrong + 1) }
        time += 1
        continue
      }
      let nearby = (1...16).flatMap { [shift - $0, shift + $0] }
      let best = nearby.map { (shift: $0, length: run(time, $0)) }.max { $0.length < $1.length }
      let least = min(3, count - time)
      if let best, best.length >= max(least, 1) {
        changes.append(
          Change(
            time: evidence.start + time, shift: best.shift - shift,
            isSeam: starts.contains(evidence.start + time)))
        shift = best.shift
      } else {
        wrong += 1
        time += 1
      }
    }
    return (changes, matched, wrong)
  }
}
