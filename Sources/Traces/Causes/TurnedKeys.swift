import Comparison

/// A state that holds what another place gave, turned by an angle for each position, as keys of rotary attention
/// are kept.
struct TurnedKeys {
  let state: StateSeries
  /// The place that gave what was turned.
  let source: String
  /// The first timestep that is turned against the one before it by another angle than most; nil if there is none.
  let jump: (row: Int, time: Int)?

  /// A pair of channels as one complex number.
  private typealias Pair = (re: Double, im: Double)

  /// Takes a state and a place that may feed it; nil if the state does not hold its timesteps, all of their
  /// lengths and most turned.
  init?(_ state: StateSeries, in feed: CauseEvidence.Feed, near block: Int, start: Int) {
    let shape = state.values.channelShape
    guard shape.count > 1, state.values.rowCount == feed.stream.rowCount,
      let width = shape.last, width > 1, width % 2 == 0,
      let axis = shape.indices.dropLast().first(where: {
        shape[$0] > 2 && shape[$0] * feed.stream.channelCount == state.values.channelCount
      }),
      let index = (block + 1..<max(block + 2, state.count)).first(where: {
        state.isKnown($0) && state.ends[$0] - start > 2
      })
    else { return nil }
    let end = state.ends[index]
    for isHalves in [true, false] {
      guard
        let angles = Self.angles(
          state, feed.stream, index: index, axis: axis, end: end, start: start, isHalves: isHalves)
      else { continue }
      (self.state, source) = (state, feed.path)
      jump = Self.jump(angles)
      return
    }
    return nil
  }

  /// By row and timestep, the turn of each pair of channels; nil if lengths differ or nothing is turned.
  private static func angles(
    _ state: StateSeries, _ feed: ComparedArray, index: Int, axis: Int, end: Int, start: Int,
    isHalves: Bool
  ) -> [(row: Int, first: Int, turns: [[Pair]])]? {
    let shape = state.values.channelShape
    let (length, width) = (shape[axis], shape[shape.count - 1])
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    let first = max(end - length, start)
    guard end - start <= feed.timeCount else { return nil }
    var isTurned = false
    var result: [(row: Int, first: Int, turns: [[Pair]])] = []
    for row in 0..<feed.rowCount {
      let entry = Array(state.entry(row, index))
      var turns: [[Pair]] = []
      for time in first..<end {
        let slot = length - (end - time)
        let kept = entry.indices.filter { $0 / inner % length == slot }.map { entry[$0] }
        let from = feed.start(row, time - start)
        let given = Array(feed.values[from..<from + feed.channelCount])
        guard kept.count == given.count, !kept.contains(where: \.isNaN) else { return nil }
        let size = given.reduce(1e-6) { max($0, $1.magnitude) }
        var frame: [Pair] = []
        for head in stride(from: 0, to: given.count, by: width) {
          for pair in 0..<width / 2 {
            let i = head + (isHalves ? pair : 2 * pair)
            let j = head + (isHalves ? pair + width / 2 : 2 * pair + 1)
            let (a, b): (Pair, Pair) = ((kept[i], kept[j]), (given[i], given[j]))
            let (m, n) = (a.re * a.re + a.im * a.im, b.re * b.re + b.im * b.im)
            guard (m.squareRoot() - n.squareRoot()).magnitude <= 1e-4 * size else { return nil }
            let scale = max(m, .leastNormalMagnitude)
            frame.append(
              ((a.re * b.re + a.im * b.im) / scale, (a.im * b.re - a.re * b.im) / scale))
          }
        }
        if frame.contains(where: { $0.im.magnitude > 1e-2 }) { isTurned = true }
        turns.append(frame)
      }
      result.append((row, first, turns))
    }
    return isTurned ? result : nil
  }

  /// Where the turn from one timestep to the next is another than most.
  private static func jump(
    _ rows: [(row: Int, first: Int, turns: [[Pair]])]
  ) -> (row: Int, time: Int)? {
    func step(_ a: [Pair], _ b: [Pair]) -> [Pair] {
      zip(a, b).map { a, b in (b.re * a.re + b.im * a.im, b.im * a.re - b.re * a.im) }
    }
    func isNear(_ a: [Pair], _ b: [Pair]) -> Bool {
      zip(a, b).allSatisfy { ($0.re - $1.re).magnitude < 1e-2 && ($0.im - $1.im).magnitude < 1e-2 }
    }
    var found: (row: Int, time: Int)?
    for (row, first, turns) in rows where turns.count > 2 {
      let steps = zip(turns, turns.dropFirst()).map(step)
      let usual = steps.first { one in 2 * steps.count { isNear($0, one) } > steps.count }
      guard let usual, let index = steps.firstIndex(where: { !isNear($0, usual) }) else { continue }
      let time = first + index + 1
      if time < found?.time ?? .max { found = (row, time) }
    }
    return found
  }
}

extension CauseEvidence {
  /// The share of pairs of channels whose length is the same, where they differ; pairs are halves or
  /// neighbours, as rotary embeddings have them.
  var turnedShare: Double? {
    let width = offline.channelShape.last ?? 0
    guard width > 1, width % 2 == 0 else { return nil }
    let layouts: [(Int) -> (Int, Int)] = [
      { ($0, $0 + width / 2) }, { (2 * $0, 2 * $0 + 1) },
    ]
    let bound = 2 * comparison.criterion.roundingBound
    var best = 0.0
    var isTurned = false
    for layout in layouts {
      var (same, turned, all) = (0, 0, 0)
      for row in wrongRows {
        for time in 0..<differences.envelope.count where isWrong(row, time) {
          let (a, b) = (offline.start(row, time), stream.start(row, time))
          for head in stride(from: 0, to: offline.channelCount, by: width) {
            for pair in 0..<width / 2 {
              let (i, j) = layout(pair)
              let (x, y) = (
                offline.values[a + head + i], offline.values[a + head + j]
              )
              let (u, v) = (
                stream.values[b + head + i], stream.values[b + head + j]
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
}
