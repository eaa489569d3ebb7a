import Runtime
import Tensors

/// The outputs of all steps that were ever made, and what is derived from them piece by piece, so that
/// looking at a long run costs what was added since the last look.
struct StepHistory {
  private(set) var steps: [RunOutput] = []
  /// About what an array takes beside its elements.
  static let arrayByteCount = 256
  private var digests: [[UInt64]] = []
  private var ends: [String: [Int]] = [:]

  /// Takes the output of a step; one that was made before gives the same again.
  mutating func set(_ step: Int, _ output: RunOutput) {
    if step < steps.count { steps[step] = output } else { steps.append(output) }
  }

  /// Forgets the steps from `count` on.
  mutating func truncate(to count: Int) {
    guard count < steps.count else { return }
    steps.removeSubrange(count...)
    digests.removeSubrange(min(count, digests.count)...)
    ends = [:]
  }

  /// The digest a row of a step's output and mask.
  mutating func rowDigests(_ step: Int) -> [UInt64] {
    while digests.count <= step { digests.append(steps[digests.count].y.rowDigests) }
    return digests[step]
  }

  /// How many timesteps a layer has given after a number of steps, warm-up included.
  mutating func time(_ path: String, after count: Int) -> Int {
    guard count > 0 else { return 0 }
    return ends(path)[count - 1]
  }

  /// All that a layer has given in a number of steps; nil if nothing.
  func joined(_ path: String, after count: Int) -> SequenceTensor? {
    let parts = steps.prefix(count).compactMap { $0.taps[path] }
    return parts.isEmpty ? nil : SequenceTensor.concatenate(parts)
  }

  /// What a layer has given at a range of timesteps, warm-up included; nil if it has not.
  mutating func window(_ path: String, _ range: Range<Int>, after count: Int) -> SequenceTensor? {
    guard count > 0, !range.isEmpty, range.upperBound <= time(path, after: count) else {
      return nil
    }
    let ends = ends(path)
    let first = ends.partitioningIndex { $0 > range.lowerBound }
    let last = ends.partitioningIndex { $0 >= range.upperBound }
    let parts = steps[first...last].compactMap { $0.taps[path] }
    let start = first == 0 ? 0 : ends[first - 1]
    return SequenceTensor.concatenate(parts)
      .timesteps((range.lowerBound - start)..<(range.upperBound - start))
  }

  private mutating func ends(_ path: String) -> [Int] {
    var ends = ends.removeValue(forKey: path) ?? []
    for step in steps[ends.count...] {
      ends.append((ends.last ?? 0) + (step.taps[path]?.time ?? 0))
    }
    self.ends[path] = ends
    return ends
  }
}

extension Array {
  /// The first index whose element fulfils a condition that holds from some element on.
  func partitioningIndex(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
