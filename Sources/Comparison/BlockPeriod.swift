/// Finds the length of blocks in which STREAM follows OFFLINE by other straight lines, such as
/// features that were normalised block by block.
enum BlockPeriod {
  /// Timesteps that are looked at.
  private static let most = 20_000

  /// Nil where lines do not break at equal distances.
  static func find(_ pair: ComparedPair) -> Int? {
    let timeCount = min(pair.offline.timeCount, pair.stream.timeCount, most)
    guard timeCount >= 8 else { return nil }
    let channels = Array(0..<min(pair.offline.channelCount, 8))
    var starts: [Int] = []
    var wasBroken = true
    for time in 3..<timeCount {
      let broken = channels.count { isBroken(pair, time, $0) }
      let breaks = 2 * broken > channels.count
      if breaks, !wasBroken { starts.append(time) }
      wasBroken = breaks
    }
    let gaps = zip(starts, starts.dropFirst()).map { $1 - $0 }
    guard gaps.count >= 2, let shortest = gaps.min(), shortest > 3,
      gaps.allSatisfy({ $0 % shortest == 0 }), starts.allSatisfy({ $0 % shortest == 0 })
    else { return nil }
    return shortest
  }

  /// Whether a value of STREAM is off the line through the three before it, which lie on one.
  private static func isBroken(_ pair: ComparedPair, _ time: Int, _ channel: Int) -> Bool {
    func point(_ back: Int) -> (x: Double, y: Double) {
      (
        pair.offline.values[pair.offline.start(0, time - back) + channel],
        pair.stream.values[pair.stream.start(0, time - back) + channel]
      )
    }
    let before = [point(1), point(2), point(3)].sorted { $0.x < $1.x }
    let (low, middle, high) = (before[0], before[1], before[2])
    let width = high.x - low.x
    guard width > 0 else { return false }
    let gain = (high.y - low.y) / width
    func miss(_ point: (x: Double, y: Double)) -> Double {
      (point.y - low.y - gain * (point.x - low.x)).magnitude
    }
    let now = point(0)
    let reach = max(1, ((now.x - low.x) / width).magnitude)
    return miss(middle) > 4 * pair.bound || miss(now) > 4 * reach * pair.bound
  }
}
