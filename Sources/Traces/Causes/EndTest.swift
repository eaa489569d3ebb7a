import Comparison
import Diagnostics

/// Whether the end of STREAM, or its start, is missing.
struct EndTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var flush = CauseFinding(.flushMissing)
    var trimmed = CauseFinding(.tailTrimmed)
    let (first, last) = evidence.lacking
    let areOthersEqual = evidence.comparison.differingCount == 0
    flush.support(
      last > 0, areOthersEqual ? 5 : 1,
      "STREAM lacks the last \(Self.steps(last))" + (areOthersEqual ? "; all others are equal" : "")
    )
    let late = evidence.comparison.pair.shift.steps
    flush.support(
      last > 0 && late > 0, 1,
      "it is \(Self.steps(late)) late: \(Self.steps(late)) more must be fed behind the end")
    trimmed.support(
      first > 0, areOthersEqual ? 4 : 1,
      "STREAM lacks the first \(Self.steps(first))"
        + (areOthersEqual ? "; all others are equal, \(first) earlier" : ""))
    trimmed.support(
      first > 0 && evidence.pairExtra > 0, 2,
      "and has \(Self.steps(evidence.pairExtra)) behind the end of OFFLINE")
    trimmed.contradict(
      first > 0 && last > 0, 1, "the last \(Self.steps(last)) are missing as well")
    if last == 0, !areOthersEqual { addTail(evidence, &flush) }
    return [flush, trimmed]
  }

  /// Wrong timesteps at the end only, most of them without anything in them.
  private func addTail(_ evidence: CauseEvidence, _ flush: inout CauseFinding) {
    let time = evidence.firstTime
    let end = evidence.comparison.pair.times.upperBound
    guard end == evidence.timeCount, time > 0, 4 * (end - time) <= end else { return }
    let isRun = evidence.shareFromFirst >= 0.9
    var (rest, all) = (0, 0)
    for row in evidence.wrongRows {
      for index in max(time - evidence.start, 0)..<evidence.differences.envelope.count
      where evidence.isWrong(row, index) {
        let start = evidence.stream.start(row, index)
        all += 1
        let values = evidence.stream.values[start..<start + evidence.stream.channelCount]
        if values.allSatisfy({ $0 == 0 }) { rest += 1 }
      }
    }
    flush.support(
      isRun && all > 0 && 10 * rest >= 9 * all, 4,
      "from t \(time) to the end STREAM holds zeros: what was still inside never came out")
    flush.support(
      isRun && rest == 0 && evidence.blocks.last.map { $0.times.contains(time) } == true, 0.5,
      "only the last \(Self.steps(end - time)) differ")
  }

  private static func steps(_ count: Int) -> String {
    NumberText.counted(count, "timestep")
  }
}
