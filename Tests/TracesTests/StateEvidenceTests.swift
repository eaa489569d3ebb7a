import Tensors
import Testing
import Traces

/// What recorded states tell apart that outputs alone do not.
@Suite struct StateEvidenceTests {
  private let blocks = Array(repeating: 2, count: 8)
  private let taps: [Float] = [0.5, 0.3, -0.7, 0.2]

  private func series(_ values: [Float]) -> Tensor { Tensor(values, shape: [1, values.count, 1]) }

  private func trace(
    _ kind: TraceKind, _ input: [Float], _ name: String, _ output: [Float],
    states: [(name: String, values: Tensor)] = []
  ) -> MemoryTrace {
    let first = MemoryTrace.Entry("input/x", kind: .input, inputs: [], output: series(input))
    var second = MemoryTrace.Entry(name, inputs: [0], output: series(output))
    second.states = states
    return MemoryTrace(
      kind, blocks: TraceBlocks(kind == .layerWise ? [16] : blocks), [first, second])
  }

  private var input: [Float] { Tensor.noise([16]).elements(as: Float.self) }

  /// `y[t] = y[t-1] / 2 + x[t]`, from 0 in every block or in the first only.
  private func leaky(_ x: [Float], isReset: Bool) -> [Float] {
    var (y, result): (Float, [Float]) = (0, [])
    for (time, value) in x.enumerated() {
      if isReset, time % 2 == 0 { y = 0 }
      y = y / 2 + value
      result.append(y)
    }
    return result
  }

  @Test("a state that is left and not handed on begins anew")
  func notHandedOn() throws {
    let x = input
    let wrong = leaky(x, isReset: true)
    let left = [Float.nan] + (0..<8).map { wrong[$0 * 2 + 1] }
    let entering = Array(repeating: Float(0), count: 8) + [.nan]
    let stream = trace(
      .stepWise, x, "layer/0", wrong,
      states: [("layer/1", series(left)), ("state/layer", series(entering))])
    let diagnosis = try Diagnosis(
      offline: trace(.layerWise, x, "layer/0", leaky(x, isReset: false)), stream: stream)
    #expect(diagnosis.finding?.causes.first?.cause == .resetEachBlock)
    #expect(diagnosis.sentence.contains("state/layer"))
  }

  @Test("a cache that keeps other timesteps than the last is named with what it holds")
  func wrongContents() throws {
    let x = input
    func convolved(_ source: (Int, Int) -> Int) -> [Float] {
      (0..<16).map { time in
        (0..<4).reduce(Float(0)) { sum, tap in
          let place = source(time, time - tap)
          return sum + (place < 0 ? 0 : taps[tap] * x[place])
        }
      }
    }
    // The cache of three timesteps holds the last two, and the one before the block before those.
    func held(_ block: Int) -> [Int] { [block * 2 - 5, block * 2 - 2, block * 2 - 1] }
    let wrong = convolved { time, place in
      let start = time / 2 * 2
      guard place < start else { return place }
      return held(time / 2)[place - start + 3]
    }
    let cache = (0...8).flatMap { block in held(block).map { $0 < 0 ? 0 : x[$0] } }
    let stream = trace(
      .stepWise, x, "conv", wrong, states: [("state/conv", Tensor(cache, shape: [1, 9, 3]))])
    let diagnosis = try Diagnosis(
      offline: trace(.layerWise, x, "conv", convolved { $1 }), stream: stream)
    let finding = try #require(diagnosis.finding)
    #expect(finding.causes.first?.cause == .cacheNotCarried && finding.time == 4)
    let reasons = finding.causes.first?.supports.map(\.text) ?? []
    #expect(
      reasons.contains { $0.contains("before block 2 it holds") && $0.contains("expected t 1") })
  }

  @Test("a position that does not grow with the blocks is named")
  func stuckPosition() throws {
    let x = input
    func positioned(_ position: (Int) -> Int) -> [Float] {
      (0..<16).map { x[$0] * Float(1 + position($0) % 5) }
    }
    let counter = (0...8).map { Float(min($0, 1)) }
    let stream = trace(
      .stepWise, x, "attn", positioned { $0 % 2 + min($0 / 2, 1) },
      states: [("position", series(counter))])
    let diagnosis = try Diagnosis(
      offline: trace(.layerWise, x, "attn", positioned { $0 }), stream: stream)
    let cause = try #require(diagnosis.finding?.causes.first { $0.cause == .wrongPosition })
    #expect(cause.supports.contains { $0.text.contains("position grows by") })
  }
}
