/// Whether a layer that looks ahead does not get the timesteps behind its block.
struct RightContextTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    guard evidence.blocks.count > 1 else { return [] }
    var finding = CauseFinding(.rightContextMissing)
    let whole = evidence.wrongBlocks.filter { $0.times.count > 1 }
    finding.support(
      evidence.lateInBlocks, 3,
      "wrong blocks are equal at their start and differ in their last "
        + "\(whole.map(\.differing.count).max() ?? 0) timesteps at most")
    if evidence.ownLatency > 0, let prefix = evidence.prefixLength {
      finding.support(
        prefix <= evidence.ownLatency, 5,
        "it looks \(evidence.ownLatency) timesteps ahead, and every wrong block differs in its first "
          + "\(prefix) outputs at most, those that look into it")
      return [finding]
    }
    let isFirstWrong = !(evidence.blocks.first?.isEqual ?? true) && evidence.start == 0
    finding.support(
      isFirstWrong && (evidence.firstOffset ?? 0) > 0, 1, "block 0 differs at its end already")
    let last = evidence.blocks.last { $0.times.upperBound >= evidence.timeCount }
    let others = evidence.blocks.dropLast()
    let mostWrong = 5 * others.count { !$0.isEqual } >= 4 * others.count
    if let last, mostWrong, let end = last.times.last {
      let isEndEqual = !last.differing.contains(end - last.times.lowerBound)
      finding.support(
        isEndEqual, 2, "the last timestep, behind which nothing comes, is equal")
      finding.contradict(
        !isEndEqual && evidence.hasLongBlocks && last.isWhole, 1,
        "the last block, behind which nothing comes, differs as well")
    }
    finding.contradict(
      evidence.prefixLength != nil, 3, "blocks differ at their start and are equal at their end")
    finding.contradict(
      evidence.blocks.first?.isEqual == true && evidence.hasLongBlocks && evidence.start == 0, 2,
      "block 0 is equal, though what lies behind it is missing as well")
    finding.contradict(evidence.isStateless, 1.5, "such a place does not look ahead")
    return [finding]
  }
}
