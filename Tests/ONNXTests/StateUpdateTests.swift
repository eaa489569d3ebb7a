import Layers
import ONNX
import Runtime
import Tensors
import Testing
import Weights

/// What is said of states that are handed something else than the end of what they are the past of.
@Suite struct StateUpdateTests {
  private func findings(
    _ fixture: OnnxFixture, _ change: (inout OnnxGraph.Config) -> Void = { _ in }
  ) throws -> [LintFinding] {
    LayerLint.findings(try Fixtures.graph(fixture, change))
  }

  @Test(
    "a cache that holds the newest timesteps is right, however it is made",
    arguments: Fixtures.CacheUpdate.right)
  func right(_ update: Fixtures.CacheUpdate) throws {
    #expect(try findings(Fixtures.cached(update)) == [])
    #expect(try firstWrong(Fixtures.cached(update), block: 1) == nil)
  }

  @Test(
    "each kind of wrong cache is named at the node that makes it",
    arguments: Fixtures.CacheUpdate.allCases.filter { !$0.isRight })
  func wrong(_ update: Fixtures.CacheUpdate) throws {
    let found = try findings(Fixtures.cached(update))
    #expect(found.count == 1)
    let finding = try #require(found.first)
    #expect(finding.cause.contains(update.words), "\(finding.cause)")
    #expect(finding.place.hasSuffix("new_cache"))
  }

  @Test(
    "the timestep from which on blocks are wrong is the one that runs show",
    arguments: [.oldest, .keepsOldest, .offByOne, .swapped, .reversed, .mixed, .beforeActivation]
      as [Fixtures.CacheUpdate], [1, 2, 3])
  func start(_ update: Fixtures.CacheUpdate, block: Int) throws {
    let fixture = Fixtures.cached(update)
    let effect = try #require(try findings(fixture).first).effect
    let start = try firstWrong(fixture, block: block)
    let words = "with blocks of \(block) wrong from timestep"
    if let start {
      #expect(effect.contains("\(words) \(start) on"), "\(effect)")
    } else {
      #expect(!effect.contains(words), "\(effect)")
    }
  }

  /// The first timestep that differs between blocks and the whole sequence.
  private func firstWrong(_ fixture: OnnxFixture, block: Int) throws -> Int? {
    let x = try Fixtures.sequence(time: 12, [4])
    let model = try Model(Fixtures.graph(fixture) { $0.block = block }, input: x.channelSpec)
    let whole = try model.layer(x).y
    let stream = try model.makeStream()
    for start in stride(from: 0, to: x.time, by: block) {
      let y = try stream.step(x.timesteps(start..<start + block)).y
      for time in 0..<block {
        let a = y.timesteps(time..<time + 1).values.doubles()
        let b = whole.timesteps(start + time..<start + time + 1).values.doubles()
        if zip(a, b).contains(where: { abs($0 - $1) > 1e-6 }) { return start + time }
      }
    }
    return nil
  }

  @Test(
    "the state of a recurrence has to be its last", arguments: Fixtures.RecurrenceUpdate.allCases)
  func recurrence(_ update: Fixtures.RecurrenceUpdate) throws {
    let found = try findings(Fixtures.recurrent(update)) { $0.timeAxis = 0 }
    #expect(found.count == (update.words == nil ? 0 : 1))
    #expect(found.first?.cause.contains(update.words ?? "") != false, "\(found)")
  }

  @Test("parts of a state that are exchanged are named")
  func packed() throws {
    func causes(_ isExchanged: Bool) throws -> [String] {
      try findings(Fixtures.packed(isExchanged: isExchanged)) { $0.timeAxis = 0 }.map(\.cause)
    }
    #expect(try causes(false) == [])
    #expect(try causes(true).first?.contains("has its parts exchanged") == true)
  }

  @Test("states that are exchanged are named with each other")
  func exchanged() throws {
    #expect(try findings(Fixtures.twoCaches(areExchanged: false)) == [])
    let found = try findings(Fixtures.twoCaches(areExchanged: true))
    #expect(
      found.map(\.cause) == [
        "the state new_cache_a is handed what belongs to the state cache_b",
        "the state new_cache_b is handed what belongs to the state cache_a",
      ])
  }

  @Test("a cache that stands newest first is right if it is read so")
  func newestFirst() throws {
    #expect(try findings(Fixtures.newestFirst(isRight: true)) == [])
    let found = try findings(Fixtures.newestFirst(isRight: false))
    #expect(found.first?.cause.contains("stays as cache was") == true)
    #expect(found.first?.effect == "wrong from timestep 1 on")
  }

  @Test("the branch that is taken is looked into")
  func branch() throws {
    func causes(_ mode: Int) throws -> [String] {
      try findings(Fixtures.inBranch(.oldest)) { $0.fixed = ["mode=\(mode)"] }.map(\.cause)
    }
    #expect(try causes(1) == [])
    #expect(try causes(0).first?.contains("stays as cache was") == true)
  }
}
