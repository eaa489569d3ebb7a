import Comparison
import Tensors
import Testing

@Suite struct SeamPatternTests {
  /// Differences of 1 at the given places of every period from the second on, 0 elsewhere.
  private func sizes(_ count: Int, period: Int, offsets: [Int]) -> [Double?] {
    (0..<count).map { $0 >= period && offsets.contains($0 % period) ? 1 : 0 }
  }

  @Test(
    "the period is found without being told",
    arguments: [
      (16, [0]), (16, [0, 1, 2]), (10, [3, 4]), (7, [0]), (12, [0, 5]), (2, [1]), (320, [0, 319]),
    ])
  func periods(period: Int, offsets: [Int]) {
    let count = 6 * period + 3
    let found = SeamPattern.find(sizes(count, period: period, offsets: offsets))
    #expect(found?.period == period)
    #expect(found?.offsets == offsets)
    #expect(found?.extent == .places)
  }

  @Test("a known block needs only two seams")
  func knownBlock() {
    let sizes = sizes(40, period: 16, offsets: [0])
    #expect(SeamPattern.find(sizes) == nil)
    let found = SeamPattern.find(sizes, block: 16)
    #expect(found?.hitCount == 2)
    #expect(found?.periodCount == 2)
    #expect(SeamPattern.find(sizes, block: 10) == nil)
  }

  @Test("a seam that is missed now and then is still a pattern")
  func missedSeams() {
    var sizes = sizes(200, period: 10, offsets: [0, 1])
    sizes[100] = 0
    sizes[151] = 0
    #expect(SeamPattern.find(sizes)?.period == 10)
  }

  @Test("timesteps that were not compared count neither way")
  func holes() {
    var sizes = sizes(160, period: 16, offsets: [2])
    for time in 60..<100 { sizes[time] = nil }
    #expect(SeamPattern.find(sizes)?.period == 16)
  }

  @Test("differences that swell within every block show in their size")
  func swelling() {
    var random = RandomStream(seed: 5, name: "seams")
    for period in [8, 13] {
      let sizes: [Double?] = (0..<12 * period).map { time in
        let swell = Double(sign: .plus, exponent: -(time % period), significand: 1)
        return swell * (1 + 0.2 * random.uniform())
      }
      let found = SeamPattern.find(sizes)
      #expect(found?.period == period)
      #expect(found?.offsets == [0])
      #expect(found?.extent == .size)
    }
  }

  @Test("irregular differences are no pattern", arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func irregular(seed: UInt64) {
    var random = RandomStream(seed: seed, name: "irregular")
    let sparse: [Double?] = (0..<300).map { _ in random.uniform() < 0.08 ? 1 : 0 }
    #expect(SeamPattern.find(sparse) == nil)
    let dense: [Double?] = (0..<300).map { _ in random.uniform() + 0.5 }
    #expect(SeamPattern.find(dense) == nil)
  }

  @Test("differences nearly everywhere are no pattern of places", arguments: [UInt64(1), 2, 3])
  func nearlyEverywhere(seed: UInt64) {
    var random = RandomStream(seed: seed, name: "dense")
    let sizes: [Double?] = (0..<300).map { _ in random.uniform() < 0.95 ? 1 : 0 }
    #expect(SeamPattern.find(sizes) == nil)
  }

  @Test("a difference that stays or grows is no pattern")
  func steady() {
    #expect(SeamPattern.find((0..<90).map { $0 < 40 ? 0 : 1 }) == nil)
    #expect(SeamPattern.find((0..<90).map { Double($0 + 1) }) == nil)
    #expect(SeamPattern.find(Array(repeating: 0, count: 50)) == nil)
    #expect(SeamPattern.find([]) == nil)
  }

  @Test("differences that ignore the given block are told so")
  func otherPeriod() throws {
    let x = Tensor(repeating: 1, shape: [1, 100, 1])
    let y = Tensor((0..<100).map { Float($0 > 9 && $0 % 10 == 0 ? 2 : 1) }, shape: [1, 100, 1])
    let found = try ArrayComparison(offline: x, stream: y, options: .init(block: 16))
    #expect(found.contradictsBlock)
    #expect(found.seams?.period == 10)
    #expect(found.lines.contains { $0.hasPrefix("not at the seams of blocks of 16, but") })
    let right = try ArrayComparison(offline: x, stream: y, options: .init(block: 10))
    #expect(!right.contradictsBlock)
    #expect(right.lines[0].contains("timestep 10, channel 0 (block 1, offset 0)"))
  }

  @Test("differences at one end point to the start or to the flush")
  func ends() throws {
    func lastLine(_ range: Range<Int>) throws -> String? {
      var random = RandomStream(seed: 6, name: "ends")
      let values = (0..<50).map { _ in Float(random.normal()) }
      let x = Tensor(values, shape: [1, 50, 1])
      let y = Tensor(
        values.indices.map { values[$0] + (range.contains($0) ? 1 : 0) }, shape: [1, 50, 1])
      return try ArrayComparison(offline: x, stream: y).lines.last
    }
    #expect(try lastLine(0..<3) == "only the first 3 timesteps differ: compare start and padding")
    #expect(
      try lastLine(47..<50)
        == "only the last 3 timesteps differ: compare the flush and the padding of the end")
    #expect(try lastLine(12..<50)?.hasPrefix("every timestep from 12 on differs") == true)
  }
}
