import Comparison
import Tensors
import Testing
import Traces

/// What neighbouring blocks of a recorded value have twice, and what is read from it.
@Suite struct BlockOverlapTests {
  private let files: ForeignFiles
  private let blocks = Array(repeating: 4, count: 6)
  private let x = Tensor.noise([1, 24, 2])

  init() throws { files = try ForeignFiles() }

  private typealias Value = ForeignFiles.Value

  private func diagnosis(
    _ offline: [ForeignFiles.Value], _ stream: [ForeignFiles.Value]
  ) throws -> Diagnosis {
    let input = Value(name: "input/x", tensor: x, time: 1, sizes: nil)
    return try ForeignPair(
      offline: files.safetensors("offline", kind: "layer", blocks: [24], [input] + offline),
      stream: files.safetensors("stream", kind: "step", blocks: blocks, [input] + stream),
      ForeignPair.Options()
    ).diagnosis()
  }

  /// Timesteps of the input, zeros where there are none.
  private func frames(_ times: [Int]) -> Tensor {
    let values = x.elements(as: Float.self)
    let numbers = times.flatMap { time in
      (0..<24).contains(time) ? Array(values[time * 2..<time * 2 + 2]) : [0, 0]
    }
    return Tensor(numbers, shape: [1, times.count, 2])
  }

  private func sums(_ joined: Tensor, blocks: [Int]) -> Tensor {
    let values = joined.elements(as: Float.self)
    var (result, start): ([Float], Int) = ([], 0)
    for size in blocks {
      for time in start..<start + size {
        result += (0..<2).map { values[time * 2 + $0] - 2 * values[time * 2 + 2 + $0] }
      }
      start += size + 1
    }
    return Tensor(result, shape: [1, blocks.reduce(0, +), 2])
  }

  private static let caches: [(String, Cause?, Int)] = [
    ("stale", .cacheNotCarried, 12), ("zero", .resetEachBlock, 4), ("right", nil, 0),
  ]

  @Test(
    "a cache that was joined with a block is compared with the timesteps before it",
    arguments: caches)
  func cache(_ example: (String, Cause?, Int)) throws {
    let (kind, cause, time) = example
    let whole = frames(Array(-1..<24))
    let joined = frames(
      (0..<6).flatMap { block in
        let before =
          kind == "zero" ? -1 : kind == "stale" && block == 3 ? 4 * block - 3 : 4 * block - 1
        return [before] + Array(4 * block..<4 * block + 4)
      })
    let found = try diagnosis(
      [
        Value(name: "deep/conv/in", tensor: whole, time: 1),
        Value(name: "deep/conv", tensor: sums(whole, blocks: [24]), time: 1),
      ],
      [
        Value(
          name: "deep/conv/in", tensor: joined, time: 1, sizes: Array(repeating: 5, count: 6)),
        Value(name: "deep/conv", tensor: sums(joined, blocks: blocks), time: 1, sizes: blocks),
      ])
    guard let cause else {
      #expect(found.verdict == .equal)
      return
    }
    let finding = try #require(found.finding)
    #expect(found.comparisons[finding.index].pair.path == "deep/conv/in")
    #expect(finding.moduleInput?.from == "deep" && finding.time == time)
    #expect(finding.causes.first?.cause == cause, "\(found.lines.joined(separator: "\n"))")
    #expect(found.sentence.contains("what deep computes and feeds to deep/conv"))
  }

  @Test("results that overlap are added, with what both contain once", arguments: [0, Float(0.5)])
  func added(_ fault: Float) throws {
    let bias: Float = 0.25
    let values = x.elements(as: Float.self)
    /// A transposed convolution of two taps: each timestep gives one and a half of the next.
    func up(_ times: Range<Int>) -> [Float] {
      (0...times.count).flatMap { place in
        (0..<2).map { channel in
          var sum = bias
          if place < times.count { sum += values[(times.lowerBound + place) * 2 + channel] }
          if place > 0 { sum += 0.5 * values[(times.lowerBound + place - 1) * 2 + channel] }
          return sum
        }
      }
    }
    let whole = up(0..<24)
    let parts = (0..<6).flatMap { block in
      up(4 * block..<4 * block + 4).map { block == 2 ? $0 + fault * $0 * $0 : $0 }
    }
    let found = try diagnosis(
      [Value(name: "up/ct", tensor: Tensor(whole, shape: [1, 25, 2]), time: 1)],
      [
        Value(
          name: "up/ct", tensor: Tensor(parts, shape: [1, 30, 2]), time: 1,
          sizes: Array(repeating: 5, count: 6))
      ])
    #expect((found.verdict == .differ) == (fault != 0))
    #expect(fault != 0 || found.comparisons[1].comparedCount == 25)
  }

  @Test("outputs that come twice, or are lost, are no cache", arguments: [true, false])
  func repeated(_ isRepeated: Bool) throws {
    let sizes = [4] + Array(repeating: isRepeated ? 5 : 3, count: 5)
    let times = (0..<6).flatMap { block in
      let all = Array(4 * block..<4 * block + 4)
      return block == 0 ? all : isRepeated ? [4 * block] + all : Array(all.dropFirst())
    }
    let found = try diagnosis(
      [Value(name: "y", tensor: frames(Array(0..<24)), time: 1)],
      [Value(name: "y", tensor: frames(times), time: 1, sizes: sizes)])
    let finding = try #require(found.finding)
    #expect(finding.causes.first?.cause == (isRepeated ? .timestepRepeated : .timestepLost))
    #expect(finding.time == (isRepeated ? 5 : 4))
  }

  @Test("what differs inside of a module that gives the same is no fault")
  func inside() throws {
    let other = Tensor.noise([1, 24, 2], seed: 9)
    let found = try diagnosis(
      [Value(name: "up/ct", tensor: x, time: 1), Value(name: "up", tensor: x, time: 1)],
      [
        Value(name: "up/ct", tensor: other, time: 1, sizes: blocks),
        Value(name: "up", tensor: x, time: 1, sizes: blocks),
      ])
    #expect(found.verdict == .equal && found.inside == [1])
    #expect(found.sentence.contains("but for 1 inside"))
  }

  @Test("keys that are kept turned say from which timestep on positions are wrong")
  func turned() throws {
    func turn(_ frame: [Float], by count: Int) -> [Float] {
      (0..<count).reduce(frame) { pair, _ in
        [0.96 * pair[0] - 0.28 * pair[1], 0.28 * pair[0] + 0.96 * pair[1]]
      }
    }
    let values = x.elements(as: Float.self)
    func key(_ time: Int, _ position: Int) -> [Float] {
      turn(Array(values[time * 2..<time * 2 + 2]), by: position)
    }
    // A cache of six timesteps before blocks 2 to 5; positions begin at 0 in every block.
    let caches = (2..<6).flatMap { block in
      (4 * block - 6..<4 * block).flatMap { key($0, $0 % 4) }
    }
    func scores(_ position: (Int) -> Int) -> Tensor {
      var sum: [Float] = [0, 0]
      return Tensor(
        (0..<24).flatMap { time in
          sum = zip(sum, key(time, position(time))).map { 0.5 * $0 + $1 }
          return sum
        }, shape: [1, 24, 2])
    }
    let found = try diagnosis(
      [
        Value(name: "attn/k", tensor: x, time: 1),
        Value(name: "attn/o/in", tensor: scores { $0 }, time: 1),
      ],
      [
        Value(name: "attn/k", tensor: x, time: 1, sizes: blocks),
        Value(name: "attn/o/in", tensor: scores { $0 % 4 }, time: 1, sizes: blocks),
        Value(name: "state/attn/K", tensor: Tensor(caches, shape: [4, 1, 6, 2])),
      ])
    let finding = try #require(found.finding)
    #expect(finding.causes.first?.cause == .wrongPosition)
    #expect(
      finding.causes.first?.supports.contains { $0.text.contains("turned against t") } == true)
  }
}
