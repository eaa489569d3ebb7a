import Tensors

/// Two arrays whose differences are to be explained.
struct ComparedPair: Sendable {
  let offline: ComparedArray
  let stream: ComparedArray
  /// When a value that was worked out from OFFLINE counts as the one in STREAM.
  let matching: Criterion
  /// The differences by that criterion.
  let unmoved: Differences
  /// The timesteps fed at once, if they are known.
  let block: Int?

  init(_ offline: ComparedArray, _ stream: ComparedArray, _ criterion: Criterion, block: Int?) {
    self.offline = offline
    self.stream = stream
    self.block = block
    // With 16 bits, so many layers may err by so much that nearly anything would explain it.
    var budget = criterion.budget
    if budget.dtype.byteCount == 2 { budget.depth = 1 }
    // What is worked out must be as exact as the values of STREAM are, however large the others are.
    let bound = max(budget.relative * stream.largestMagnitude, criterion.asked?.absolute ?? 0)
    matching = Criterion(
      asked: Tolerance(absolute: bound), budget: budget, largest: criterion.largest)
    unmoved = Differences.find(offline, stream, matching)
  }

  /// The largest difference of two values that count as the same.
  var bound: Double { matching.asked?.absolute ?? 0 }

  /// Whether the differences of a timestep of STREAM were found to count.
  func isDiffering(_ row: Int, _ time: Int) -> Bool {
    let timeCount = min(offline.timeCount, stream.timeCount)
    return time < timeCount && unmoved.flags[row * timeCount + time]
  }

  /// Whether a timestep of OFFLINE has, in its rows and channels, the values of one of STREAM.
  func isSame(_ row: Int, _ source: Int, _ time: Int) -> Bool {
    let (start, otherStart) = (offline.start(row, source), stream.start(row, time))
    for channel in 0..<offline.channelCount {
      let (a, b) = (offline.values[start + channel], stream.values[otherStart + channel])
      if a == b { continue }
      if !(ValueDifference.between(a, b) <= bound) { return false }
    }
    return true
  }

  /// Whether both have a valid timestep to compare.
  func isCompared(_ row: Int, _ time: Int) -> Bool {
    offline.covers(row, time) && offline.isValid(row, time) && stream.isValid(row, time)
  }
}

extension ComparedPair {
  /// The pair with what OFFLINE is known to have become.
  func replacingOffline(_ values: ComparedArray) -> ComparedPair {
    ComparedPair(values, stream, matching, block: block)
  }
}

extension ComparedPair {
  /// OFFLINE as it is when STREAM is later by some timesteps, in the time of STREAM.
  func offlineMoved(by shift: Int) -> ComparedArray {
    let width = stream.channelCount
    var values: [Double] = Array(repeating: .nan, count: stream.values.count)
    var covered: [Bool] = Array(repeating: false, count: stream.rowCount * stream.timeCount)
    for row in 0..<stream.rowCount {
      for time in 0..<stream.timeCount {
        let source = time - shift
        guard source >= 0, source < offline.timeCount, offline.isValid(row, source) else {
          continue
        }
        let (start, otherStart) = (offline.start(row, source), stream.start(row, time))
        values.replaceSubrange(
          otherStart..<otherStart + width, with: offline.values[start..<start + width])
        covered[row * stream.timeCount + time] = true
      }
    }
    return ComparedArray(like: stream, values: values, covered: covered)
  }
}
