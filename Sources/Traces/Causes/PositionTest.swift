import Comparison

/// Whether each timestep is treated as if it stood at another position.
struct PositionTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var finding = CauseFinding(.wrongPosition)
    let time = evidence.firstTime
    let isNamed = evidence.isNamed(
      ["pos", "rope", "rotary", "alibi", "query", "key", "q_proj", "k_proj"])
    // That all is wrong from a seam on is what any state shows.
    let seamWeight = isNamed ? 1 : 0.5
    if let block = evidence.firstBlock {
      finding.support(
        block.index > 0 && evidence.firstOffset == 0, evidence.hasLongBlocks ? seamWeight : 0.5,
        "the first difference is at the start of block \(block.index)")
      let wrong = evidence.blocksFromFirst
      finding.support(
        evidence.hasLongBlocks && wrong.count > 1 && wrong.dropFirst().allSatisfy(\.isWhole),
        seamWeight,
        "from there on every timestep of every block differs")
      finding.contradict(
        evidence.prefixLength != nil || evidence.lateInBlocks, 2, "parts of wrong blocks are equal")
      finding.contradict(
        block.index == 0 && evidence.firstOffset == 0, 1,
        "block 0 differs already, whose positions begin at 0 in any case")
    }
    finding.support(
      isNamed, 0.75, "\(evidence.place.path) is named as something with positions")
    finding.contradict(
      evidence.isNamed(["lstm", "gru", "rnn", "recurrent", "conv"]), 1,
      "\(evidence.place.path) is named as something without positions")
    if let share = evidence.turnedShare {
      finding.support(
        share >= 0.98, 3.5,
        "where they differ, pairs of channels have the same length in both: they are turned by other angles"
      )
    }
    for keys in evidence.turned {
      guard let jump = keys.jump else {
        finding.contradict(
          true, 1,
          "\(keys.state.name) holds \(keys.source), turned from each timestep to the next alike")
        continue
      }
      finding.support(
        true, 5,
        "\(keys.state.name) holds \(keys.source) turned by positions: t \(jump.time) of row \(jump.row) is "
          + "turned against t \(jump.time - 1) by another angle than the others")
    }
    if let shown = addedPositions(evidence) { finding.support(true, 5, shown) }
    for leaf in evidence.states {
      guard let text = stuckCounter(leaf, evidence) else { continue }
      finding.support(true, leaf.isOwn ? 4 : 2.5, text)
    }
    finding.contradict(time == 0 && evidence.hasLongBlocks, 1, "t 0 differs already")
    return finding.supports.isEmpty ? [] : [finding]
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
      || ["pos", "offset", "index", "step", "time"].contains { name.contains($0) }
    guard isCounter else { return nil }
    // What counts other things, such as blocks, never grows by the timesteps of a block.
    var isTimes = ["pos", "offset"].contains { name.contains($0) }
    for (place, index) in known.enumerated().dropFirst() {
      let before = known[place - 1]
      let fed = leaf.ends[index] - leaf.ends[before]
      let grown = Int(values[place] - values[place - 1])
      if grown == fed { isTimes = true }
      // It is what is wrong only where it is read next.
      guard grown != fed, index - before == 1, isTimes, index == evidence.firstBlock?.index else {
        continue
      }
      return "\(leaf.name) grows by \(grown) over block \(before), which holds \(fed) timesteps"
    }
    return nil
  }
}
