import Comparison

/// Whether each timestep is treated as if it stood at another position.
struct PositionTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var finding = CauseFinding(.wrongPosition)
    let time = evidence.firstTime
    if let block = evidence.firstBlock {
      finding.support(
        block.index > 0 && evidence.firstOffset == 0, evidence.hasLongBlocks ? 1 : 0.5,
        "the first difference is at the start of block \(block.index)")
      let wrong = evidence.blocksFromFirst
      finding.support(
        evidence.hasLongBlocks && wrong.count > 1 && wrong.dropFirst().allSatisfy(\.isWhole), 1,
        "from there on every timestep of every block differs")
      finding.contradict(
        evidence.prefixLength != nil || evidence.lateInBlocks, 2, "parts of wrong blocks are equal")
      finding.contradict(
        block.index == 0 && evidence.firstOffset == 0, 1,
        "block 0 differs already, whose positions begin at 0 in any case")
    }
    finding.support(
      evidence.isNamed(["pos", "rope", "rotary", "alibi", "query", "key", "q_proj", "k_proj"]),
      0.75,
      "\(evidence.place.path) is named as something with positions")
    if let share = rotatedShare(evidence) {
      finding.support(
        share >= 0.98, 3.5,
        "where they differ, pairs of channels have the same length in both: they are turned by other angles"
      )
    }
    if let shown = addedPositions(evidence) { finding.support(true, 5, shown) }
    for leaf in evidence.states {
      guard let text = stuckCounter(leaf, evidence) else { continue }
      finding.support(true, leaf.isOwn ? 4 : 2.5, text)
    }
    finding.contradict(time == 0 && evidence.hasLongBlocks, 1, "t 0 differs already")
    return finding.supports.isEmpty ? [] : [finding]
  }

  /// The share of pairs of channels whose length is the same, where they differ; pairs are halves or
  /// neighbours, as rotary embeddings have them.
  private func rotatedShare(_ evidence: CauseEvidence) -> Double? {
    let width = evidence.offline.channelShape.last ?? 0
    guard width > 1, width % 2 == 0 else { return nil }
    let layouts: [(Int) -> (Int, Int)] = [
      { ($0, $0 + width / 2) }, { (2 * $0, 2 * $0 + 1) },
    ]
    let bound = 2 * evidence.comparison.criterion.roundingBound
    var best = 0.0
    var isTurned = false
    for layout in layouts {
      var (same, turned, all) = (0, 0, 0)
      for row in evidence.wrongRows {
        for time in 0..<evidence.differences.envelope.count where evidence.isWrong(row, time) {
          let (a, b) = (evidence.offline.start(row, time), evidence.stream.start(row, time))
          for head in stride(from: 0, to: evidence.offline.channelCount, by: width) {
            for pair in 0..<width / 2 {
              let (i, j) = layout(pair)
              let (x, y) = (
                evidence.offline.values[a + head + i], evidence.offline.values[a + head + j]
              )
              let (u, v) = (
                evidence.stream.values[b + head + i], evidence.stream.values[b + head + j]
              )
              let (first, second) = ((x * x + y * y).squareRoot(), (u * u + v * v).squareRoot())
              all += 1
              if (first - second).magnitude <= bound { same += 1 }
              if max((x - u).magnitude, (y - v).magnitude) > bound { turned += 1 }
            }
          }
        }
      }
      guard all > 0 else { continue }
      best = max(best, Double(same) / Double(all))
      if 4 * turned >= all { isTurned = true }
    }
    return isTurned ? best : nil
  }

  /// What is added to what feeds the place, where it is the same for all rows and belongs to another
  /// timestep in STREAM: learned or sinusoidal positions.
  private func addedPositions(_ evidence: CauseEvidence) -> String? {
    guard let feed = evidence.feed, feed.offline.channelCount == evidence.offline.channelCount,
      feed.offline.timeCount == evidence.offline.timeCount, evidence.start == 0
    else { return nil }
    let width = evidence.offline.channelCount
    let bound = 4 * evidence.comparison.criterion.roundingBound
    func added(_ output: ComparedArray, _ input: ComparedArray, _ row: Int, _ time: Int) -> [Double]
    {
      let (a, b) = (output.start(row, time), input.start(row, time))
      return (0..<width).map { output.values[a + $0] - input.values[b + $0] }
    }
    func isNear(_ a: [Double], _ b: [Double]) -> Bool {
      zip(a, b).allSatisfy { ($0 - $1).magnitude <= bound }
    }
    let table = (0..<evidence.offline.timeCount).map {
      added(evidence.offline, feed.offline, 0, $0)
    }
    // Positions are not all the same.
    guard let first = table.first, table.contains(where: { !isNear($0, first) }) else { return nil }
    var found: [(time: Int, position: Int)] = []
    var wrongCount = 0
    for time in 0..<evidence.differences.envelope.count where evidence.isWrong(0, time) {
      wrongCount += 1
      guard wrongCount <= 64 else { break }
      let value = added(evidence.stream, feed.stream, 0, time)
      if let position = table.firstIndex(where: { isNear($0, value) }) {
        found.append((time, position))
      }
    }
    guard let example = found.first, 10 * found.count >= 9 * min(wrongCount, 64) else { return nil }
    return "what is added to \(feed.path) at t \(example.time) is what OFFLINE adds at t "
      + "\(example.position)"
  }

  /// A whole number that should grow by what a block holds, and does not.
  private func stuckCounter(_ leaf: StateSeries, _ evidence: CauseEvidence) -> String? {
    guard leaf.values.channelCount == 1 else { return nil }
    let known = (0..<leaf.count).filter(leaf.isKnown)
    guard known.count > 2 else { return nil }
    let values = known.map { leaf.entry(0, $0).first ?? .nan }
    guard values.allSatisfy({ $0 == $0.rounded() && $0.magnitude < 1e9 }) else { return nil }
    let name = leaf.name.lowercased()
    let isCounter =
      values[1] > values[0]
      || ["pos", "offset", "index", "step", "time", "len"].contains { name.contains($0) }
    guard isCounter else { return nil }
    for (place, index) in known.enumerated().dropFirst() {
      let before = known[place - 1]
      let fed = leaf.ends[index] - leaf.ends[before]
      let grown = Int(values[place] - values[place - 1])
      guard grown != fed, index - before == 1 else { continue }
      return "\(leaf.name) grows by \(grown) over block \(before), which holds \(fed) timesteps"
    }
    return nil
  }
}
