import Comparison

/// Whether a row has the values of another.
struct RowTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    let rows = evidence.offline.rowCount
    guard rows > 1 else { return [] }
    var finding = CauseFinding(.rowMixed)
    var sources: [Int: [Int: Int]] = [:]
    var wrong = 0
    for row in evidence.wrongRows {
      for time in 0..<evidence.differences.envelope.count where evidence.isWrong(row, time) {
        wrong += 1
        let other = (0..<rows).first { $0 != row && isSame(evidence, row, $0, time) }
        if let other { sources[row, default: [:]][other, default: 0] += 1 }
      }
    }
    let found = sources.values.reduce(0) { $0 + $1.values.reduce(0, +) }
    let pairs = sources.sorted { $0.key < $1.key }.compactMap { row, counts in
      counts.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { "row \(row) has row \($0.key)" }
    }
    finding.support(
      wrong > 0 && 10 * found >= 9 * wrong, 5,
      "where they differ, \(pairs.joined(separator: ", ")) of OFFLINE")
    finding.support(
      !evidence.equalRows.isEmpty, 1,
      "only rows \(NumberRanges.text(evidence.wrongRows)) of \(rows) differ")
    for held in evidence.held {
      guard let entry = held.firstWrong else { continue }
      finding.support(entry.holdsOtherRow, 5, "\(held.state.name): \(held.text(entry))")
    }
    for (entering, leaving, index, isOtherRow) in evidence.brokenHandOvers {
      finding.support(
        isOtherRow, 5,
        "\(entering) before block \(index) is what other rows left in \(leaving) behind block \(index - 1)"
      )
    }
    finding.contradict(evidence.equalRows.isEmpty && found == 0, 1, "all rows differ")
    return [finding]
  }

  private func isSame(_ evidence: CauseEvidence, _ row: Int, _ other: Int, _ time: Int) -> Bool {
    let width = evidence.offline.channelCount
    let (a, b) = (evidence.offline.start(other, time), evidence.stream.start(row, time))
    return (0..<width).allSatisfy { channel in
      let (x, y) = (evidence.offline.values[a + channel], evidence.stream.values[b + channel])
      return !evidence.comparison.criterion.differs(x, y)
    }
  }
}
