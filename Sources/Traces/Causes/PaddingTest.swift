import Comparison

/// Whether what is behind, or before, the valid timesteps of a row gets into it.
struct PaddingTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var finding = CauseFinding(.paddingRead)
    let rows = 0..<evidence.offline.rowCount
    let padded = rows.filter { padding(evidence, $0) != nil || hasGap(evidence, $0) }
    if !padded.isEmpty, padded.count < rows.count {
      let isSame = evidence.wrongRows == padded
      finding.support(
        isSame, 3,
        "exactly the rows with padding differ: \(NumberRanges.text(padded)) of \(rows.count)")
      let others = evidence.wrongRows.filter { !padded.contains($0) }
      finding.contradict(
        !others.isEmpty, 3, "rows without padding differ: \(NumberRanges.text(others))")
      finding.support(
        others.isEmpty && !isSame && !evidence.wrongRows.isEmpty, 1.5,
        "only rows with padding differ")
    }
    if let row = evidence.comparison.firstPlace?.row, let edge = padding(evidence, row) {
      let distance = edge - evidence.firstTime
      finding.support(
        (-8...32).contains(distance), 1,
        "row \(row) ends at t \(edge), and differs from t \(evidence.firstTime) on")
    }
    if let row = evidence.comparison.firstPlace?.row, let gap = gap(evidence, row) {
      finding.support(
        evidence.firstTime - gap <= 32, 1.5,
        "row \(row) is invalid up to t \(gap), and differs from t \(evidence.firstTime) on")
    }
    if let last = evidence.blocks.last, last.times.upperBound >= evidence.timeCount,
      evidence.pairExtra > 0
    {
      let isOnly = evidence.wrongBlocks.allSatisfy { $0.index == last.index }
      finding.support(
        isOnly, 2.5,
        "only the last block differs, which is filled up with \(evidence.pairExtra) timesteps of padding"
      )
    }
    return finding.supports.isEmpty && finding.contradicts.isEmpty ? [] : [finding]
  }

  /// The last invalid timestep of a row before its first difference; nil where there is none.
  private func gap(_ evidence: CauseEvidence, _ row: Int) -> Int? {
    guard evidence.offline.mask != nil else { return nil }
    let end = min(max(evidence.firstTime - evidence.start, 0), evidence.offline.timeCount)
    return (0..<end).last { !evidence.offline.isValid(row, $0) }.map { $0 + evidence.start }
  }

  /// Whether a row has invalid timesteps.
  private func hasGap(_ evidence: CauseEvidence, _ row: Int) -> Bool {
    guard evidence.offline.mask != nil else { return false }
    return (0..<evidence.offline.timeCount).contains { !evidence.offline.isValid(row, $0) }
  }

  /// The timestep from which on a row holds padding: invalid by its mask, or the same values to the end of
  /// what feeds it; nil if it holds none.
  private func padding(_ evidence: CauseEvidence, _ row: Int) -> Int? {
    let array = evidence.offline
    if array.mask != nil {
      guard let last = (0..<array.timeCount).last(where: { array.isValid(row, $0) }) else {
        return evidence.start
      }
      return last + 1 < array.timeCount ? evidence.start + last + 1 : nil
    }
    guard let feed = evidence.feed?.offline, feed.timeCount == array.timeCount else { return nil }
    func frame(_ time: Int) -> ArraySlice<Double> {
      let start = feed.start(row, time)
      return feed.values[start..<start + feed.channelCount]
    }
    var edge = feed.timeCount
    while edge > 0, frame(edge - 1).elementsEqual(frame(feed.timeCount - 1)) { edge -= 1 }
    return feed.timeCount - edge >= 2 ? evidence.start + edge : nil
  }
}

extension CauseEvidence {
  /// The timesteps that STREAM has behind the last of OFFLINE.
  var pairExtra: Int { comparison.pair.extra }
}
