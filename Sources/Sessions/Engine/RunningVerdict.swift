import Comparison
import Runtime

/// Step-wise against layer-wise at one layer, compared as steps are made, so that a step costs no
/// more late in a long sequence than early.
///
/// The outputs of a step are a function of document and position: going back needs no comparison.
final class RunningVerdict {
  /// Nothing compared yet, by the criterion of the layer.
  let blank: Verdict
  private var verdict: Verdict
  /// How many steps were compared.
  private(set) var steps = 0
  /// The verdicts that differ in more than their extent from the one before, and from which step on.
  private var changes: [(step: Int, verdict: Verdict)]

  init(_ blank: Verdict) {
    (self.blank, verdict) = (blank, blank)
    changes = [(0, blank)]
  }

  /// The verdict after so many steps, of which all were compared, and after which so many timesteps were
  /// put out behind the warm-up.
  func verdict(after position: Int, time: Int) -> Verdict {
    let last = changes.partitioningIndex { $0.step > position } - 1
    var result = changes[max(0, last)].verdict
    result.comparedSteps = min(time, result.allSteps)
    return result
  }

  /// Takes steps in which nothing differs in any bit.
  func addEqual(_ count: Int) { steps += count }

  /// Takes what the comparison of one step found; nil where it gave nothing behind the warm-up.
  func add(_ found: Verdict?) {
    steps += 1
    guard let found else { return }
    var next = verdict
    next.add(found)
    verdict.comparedSteps = next.comparedSteps
    if next != verdict { changes.append((steps, next)) }
    verdict = next
  }

  /// The first step, counted from 1, in which something differs by more than the criterion allows.
  var firstDifference: Int? {
    changes.first { $0.verdict.first != nil || !$0.verdict.masksEqual }?.step
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element fulfils a condition that holds from some element on.
  func partitioningIndex(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
