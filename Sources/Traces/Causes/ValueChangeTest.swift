import Comparison

/// Whether the wrong values are the right ones with an offset, a gain, or a gain and offset of each block.
struct ValueChangeTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var statistics = CauseFinding(.statisticsPerBlock)
    var bias = CauseFinding(.biasAddedTwice)
    var scaled = CauseFinding(.scaled)
    // What is no number is no other number either, and a few timesteps are any value plus an offset.
    let isNumber = evidence.comparison.first?.stream.isFinite ?? false
    if isNumber, evidence.comparison.differingCount >= 8,
      let found = evidence.explained?.explanations.first, found.share >= Explanation.wholeShare
    {
      switch found.kind {
      case .offset where found.period == nil, .constant where found.period == nil:
        bias.support(
          true, found.share >= 0.999 && !hasPeriodicSize(evidence) ? 4.5 : 3.5, found.statement)
      case .gain, .offset, .gainAndOffset:
        if found.period != nil {
          statistics.support(true, 4.5, found.statement)
        } else {
          scaled.support(true, 4, found.statement)
        }
      case .sign: scaled.support(true, 4, found.statement)
      case .shift, .drift, .timeOrder, .rowOrder, .channelOrder, .shiftAndGain, .constant,
        .clipping,
        .function:
        break
      }
    }
    let isNorm = evidence.isNamed(["norm", "mean", "var", "std", "reduce", "pool", "bn"])
    statistics.support(
      isNorm, 1, "\(evidence.place.path) is named as something that takes statistics")
    let isEarly = evidence.firstTime == 0 && evidence.shareFromFirst >= 0.9
    statistics.support(
      isEarly, 1,
      "differences begin at t 0 and are everywhere: a block's numbers are not the whole's")
    if let block = evidence.blocks.first, evidence.start == 0 {
      statistics.contradict(
        block.isEqual, 2, "block 0 is equal, though its statistics are its own as well")
    }
    if isEarly, hasOwnScale(evidence) {
      statistics.support(true, 2, "each block of STREAM has mean 0 and size 1 of its own")
    }
    return [statistics, bias, scaled]
  }

  private func hasPeriodicSize(_ evidence: CauseEvidence) -> Bool {
    evidence.explained?.seams?.extent == .size
  }

  /// Whether every block of STREAM, and not of OFFLINE, is normalised by itself.
  private func hasOwnScale(_ evidence: CauseEvidence) -> Bool {
    let blocks = evidence.blocks.filter { $0.times.count > 1 }.prefix(32)
    guard blocks.count > 1 else { return false }
    func isNormal(_ array: ComparedArray, _ times: Range<Int>, _ row: Int) -> Bool {
      var (sum, squares, count) = (0.0, 0.0, 0.0)
      for time in times {
        let start = array.start(row, time - evidence.start)
        for value in array.values[start..<start + array.channelCount] {
          sum += value
          squares += value * value
          count += 1
        }
      }
      let mean = sum / count
      return mean.magnitude < 1e-3 && (squares / count - mean * mean - 1).magnitude < 0.02
    }
    func share(_ array: ComparedArray) -> Double {
      let all = blocks.flatMap { block in
        (0..<array.rowCount).map { isNormal(array, block.times, $0) }
      }
      return Double(all.count { $0 }) / Double(max(all.count, 1))
    }
    return share(evidence.stream) >= 0.95 && share(evidence.offline) < 0.5
  }
}
