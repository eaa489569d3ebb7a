import Layers
import ONNX
import Runtime
import Tensors
import Testing

/// Decoders whose caches a step gives longer than it takes them.
@Suite struct GrowingCacheTests {
  private func graph(
    _ fixture: OnnxFixture, block: Int = 1, fixed: [String] = []
  ) throws -> OnnxGraph {
    try Fixtures.graph(fixture) { ($0.block, $0.fixed) = (block, fixed) }
  }

  private func steps(_ graph: OnnxGraph, _ x: SequenceTensor, blocks: [Int]) throws -> [Double] {
    let stream = try Model(graph, input: x.channelSpec).makeStream()
    var (start, values) = (0, [Double]())
    for block in blocks {
      values += try stream.step(x.timesteps(start..<start + block), exact: true).y.values.doubles()
      start += block
    }
    return values
  }

  private func worst(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? 0
  }

  @Test(
    "steps with a cache that grows give what the whole sequence gives",
    arguments: [[1, 1, 1, 1, 1, 1, 1, 1], [3, 1, 4], [8]],
    [Fixtures.Decoder.plain, .masked, .counted])
  func blocks(_ blocks: [Int], _ decoder: Fixtures.Decoder) throws {
    let x = try Fixtures.sequence(time: 8, [4])
    let graph = try graph(Fixtures.decoder(decoder))
    #expect(graph.stepObstacle == nil)
    let whole = try Model(graph, input: x.channelSpec).layer(x).y.values.doubles()
    #expect(worst(try steps(graph, x, blocks: blocks), whole) < 1e-6)
  }

  @Test("rows have caches of their own")
  func rows() throws {
    let x = try Fixtures.sequence(rows: 3, time: 5, [4])
    let graph = try graph(Fixtures.decoder(.plain))
    let model = try Model(graph, input: x.channelSpec)
    let stream = try model.makeStream(batch: 3)
    var steps: [SequenceTensor] = []
    for time in 0..<5 { steps.append(try stream.step(x.timesteps(time..<time + 1)).y) }
    let whole = try model.layer(x).y.values.doubles()
    #expect(worst(SequenceTensor.concatenate(steps).values.doubles(), whole) < 1e-6)
  }

  @Test("a step beyond the stated capacity is refused, and the state stays as it was")
  func capacity() throws {
    let x = try Fixtures.sequence(time: 4, [4])
    let model = try Model(graph(Fixtures.decoder(.plain)), input: x.channelSpec)
    model.caches = CacheCapacity(initial: 1, maximum: 3)
    let stream = try model.makeStream()
    for time in 0..<3 { _ = try stream.step(x.timesteps(time..<time + 1)) }
    let before = stream.snapshot()
    let error = #expect(throws: RuntimeError.self) { try stream.step(x.timesteps(3..<4)) }
    #expect(error?.code == .cacheFull)
    #expect(zip(stream.snapshot().values, before.values).allSatisfy { $0.bitsEqual($1) })
    #expect(stream.cachedTime.values.first == 3)
  }

  @Test("a stream that goes back to a snapshot goes on as it did")
  func snapshots() throws {
    let x = try Fixtures.sequence(time: 6, [4])
    let stream = try Model(graph(Fixtures.decoder(.counted)), input: x.channelSpec).makeStream()
    for time in 0..<2 { _ = try stream.step(x.timesteps(time..<time + 1)) }
    let snapshot = stream.snapshot()
    func rest() throws -> [Double] {
      try (2..<6).flatMap { try stream.step(x.timesteps($0..<$0 + 1)).y.values.doubles() }
    }
    let first = try rest()
    try stream.restore(snapshot)
    #expect(try rest() == first)
  }

  @Test("what follows from where a block stands is told, and can be stated")
  func counted() throws {
    let summary = try graph(Fixtures.decoder(.counted)).summary
    #expect(summary.contains { $0.contains("position_ids = the number of timesteps before") })
    #expect(summary.contains { $0.contains("past → present") && $0.contains("grows along axis 1") })
    let stated = try graph(Fixtures.decoder(.named), fixed: ["where=position"])
    let x = try Fixtures.sequence(time: 6, [4])
    let whole = try Model(stated, input: x.channelSpec).layer(x).y.values.doubles()
    #expect(worst(try steps(stated, x, blocks: [2, 1, 3]), whole) < 1e-6)
    let error = #expect(throws: OnnxError.self) { try graph(Fixtures.decoder(.named)) }
    #expect(error?.suggestion?.contains("=position") == true)
  }

  @Test("without a cache that grows timesteps are counted in the state")
  func counter() throws {
    let graph = try graph(Fixtures.offsets())
    let x = try Fixtures.sequence(time: 6, [4])
    let model = try Model(graph, input: x.channelSpec)
    let whole = try model.layer(x).y.values.doubles()
    #expect(worst(try steps(graph, x, blocks: [1, 2, 3]), whole) < 1e-6)
    #expect(try model.makeStream().leaves.map(\.path).contains("position"))
  }

  @Test("lint has nothing to say of a right one, and names what is wrong with others")
  func lint() throws {
    #expect(LayerLint.findings(try graph(Fixtures.decoder(.counted))) == [])
    #expect(LayerLint.findings(try graph(Fixtures.decoder(.plain))) == [])
    #expect(LayerLint.findings(try graph(Fixtures.offsets())) == [])
    let swapped = LayerLint.findings(try graph(Fixtures.decoder(.swapped)))
    #expect(
      swapped.contains { $0.cause.contains("the timesteps of the block before those of the past") })
    let fresh = LayerLint.findings(try graph(Fixtures.decoder(.restarted)))
    #expect(fresh.contains { $0.cause.contains("begin at the start of every block") })
  }
}
