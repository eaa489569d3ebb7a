import Layers
import ONNX
import Runtime
import Tensors
import Testing

/// What toolkits write beside their graphs: windows, hops, counters and switches.
@Suite struct KnownExportTests {
  struct Metadata: Sendable, CustomTestStringConvertible {
    let toolkit: String
    let facts: [(String, String)]
    let window: Int
    let hop: Int
    var testDescription: String { toolkit }
  }

  static let toolkits = [
    Metadata(
      toolkit: "sherpa-onnx zipformer",
      facts: [("model_type", "zipformer2"), ("T", "45"), ("decode_chunk_len", "32")], window: 45,
      hop: 32),
    Metadata(
      toolkit: "NeMo cache-aware", facts: [("window_size", "57"), ("chunk_shift", "48")],
      window: 57, hop: 48),
    Metadata(
      toolkit: "sherpa-onnx WeNet CTC",
      facts: [("chunk_length", "16"), ("right_context", "6"), ("subsampling_factor", "4")],
      window: 67, hop: 64),
  ]

  /// The mean of a window of frames, plus how many frames were seen before, which a counter says.
  private func model(_ metadata: Metadata) -> OnnxFixture {
    var fixture = OnnxFixture()
    for (key, value) in metadata.facts { fixture.note(key, value) }
    fixture.input("x", [.fixed(1), .fixed(metadata.window), .fixed(4)])
    fixture.input("processed_lens", [.fixed(1)], type: 7)
    fixture.integers("hop", [1], [Int64(metadata.hop)])
    fixture.node("Add", ["processed_lens", "hop"], ["new_processed_lens"])
    fixture.node("Cast", ["processed_lens"], ["seen"], [("to", .int(1))])
    fixture.node("ReduceMean", ["x"], ["mean"], [("axes", .ints([1]))])
    fixture.node("Add", ["mean", "seen"], ["encoder_out"])
    fixture.output("encoder_out", [.fixed(1), .fixed(1), .fixed(4)])
    fixture.output("new_processed_lens", [.fixed(1)], type: 7)
    return fixture
  }

  @Test("windows and hops are read, the past is kept, and counters count", arguments: toolkits)
  func windows(_ metadata: Metadata) throws {
    let graph = try Fixtures.graph(model(metadata))
    #expect(graph.blockSize == metadata.hop)
    #expect(graph.outputRatio == Rational(1, metadata.hop))
    let x = try Fixtures.sequence(time: 3 * metadata.hop, [4])
    let model = try Model(graph, input: x.channelSpec)
    let whole = try model.layer(x).y.values.doubles()
    let stream = try model.makeStream()
    let numbers = x.values.doubles()
    for step in 0..<3 {
      let end = (step + 1) * metadata.hop
      let block = x.timesteps(end - metadata.hop..<end)
      let y = try stream.step(block).y.values.doubles()
      for channel in 0..<4 {
        let frames = (end - metadata.window..<end).map { $0 < 0 ? 0 : numbers[$0 * 4 + channel] }
        let want = frames.reduce(0, +) / Double(metadata.window) + Double(step * metadata.hop)
        #expect(abs(y[channel] - want) < 1e-4)
        #expect(y[channel] == whole[step * 4 + channel])
      }
    }
    #expect(LayerLint.findings(graph) == [])
  }

  @Test("the switch of exports with and without a cache is taken to be on, and that is said")
  func cacheBranch() throws {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.input("use_cache_branch", [.fixed(1)], type: 7)
    fixture.node("Cast", ["use_cache_branch"], ["on"], [("to", .int(1))])
    fixture.node("Mul", ["x", "on"], ["y"])
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    let graph = try Fixtures.graph(fixture)
    #expect(graph.summary.contains("use_cache_branch = 1 is assumed"))
    let x = try Fixtures.sequence(time: 3, [4])
    let y = try Model(graph, input: x.channelSpec).layer(x).y
    #expect(y.values.bitsEqual(x.values))
  }
}
