import Layers
import ONNX
import Runtime
import Tensors
import Testing

/// Graphs whose result on the whole sequence comes from another export.
@Suite struct OfflineExportTests {
  /// A streaming export of one timestep, and an offline one.
  private func pair(encoder: String = "encoder") throws -> OnnxGraph {
    try Fixtures.graph(
      Fixtures.causal(isFixed: true, time: .fixed(1)),
      offline: Fixtures.causal(isFixed: false, encoder: encoder))
  }

  /// A graph that takes one timestep only: it writes that into a shape.
  private static var oneTimestep: OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .fixed(4), .fixed(1)])
    fixture.integers("shape", [3], [1, 1, 4])
    fixture.node("Reshape", ["x", "shape"], ["y"])
    fixture.output("y", [.fixed(1), .fixed(1), .fixed(4)])
    return fixture
  }

  @Test("the whole sequence is that of the offline file, and right steps give it")
  func truth() throws {
    let x = try Fixtures.sequence(rows: 2, time: 9, [4])
    let model = try Model(pair(), input: x.channelSpec)
    let whole = try model.layer(x).y
    let offline = try Model(
      Fixtures.graph(Fixtures.causal(isFixed: false)), input: x.channelSpec)
    #expect(whole.values.bitsEqual(try offline.layer(x).y.values))
    let stream = try model.makeStream(batch: 2)
    let steps = try (0..<9).map { try stream.step(x.timesteps($0..<$0 + 1)).y }
    let worst = zip(SequenceTensor.concatenate(steps).values.doubles(), whole.values.doubles())
      .map { abs($0 - $1) }.max()
    #expect(worst.map { $0 < 1e-6 } == true)
  }

  @Test(
    "node outputs are shown where the streaming graph has them, though modules are called otherwise",
    arguments: ["encoder", "front"])
  func taps(encoder: String) throws {
    let x = try Fixtures.sequence(time: 4, [4])
    let model = try Model(pair(encoder: encoder), input: x.channelSpec)
    let whole = try model.layer(x, options: RunOptions(taps: true))
    let stream = try model.makeStream()
    for time in 0..<4 {
      let step = try stream.step(x.timesteps(time..<time + 1), options: RunOptions(taps: true))
      for path in ["encoder/conv/c", "encoder/relu/r", "decoder/gru/g", "encoder"] {
        let a = try #require(step.taps[path], "\(path)").values.doubles()
        let b = try #require(whole.taps[path], "\(path)").timesteps(time..<time + 1).values
        #expect(zip(a, b.doubles()).allSatisfy { abs($0 - $1) < 1e-6 }, "\(path)")
      }
    }
  }

  @Test("weights of the same bits are one parameter")
  func parameters() throws {
    let model = try Model(pair(encoder: "front"), input: ChannelSpec([4]))
    #expect(
      model.parameterSpecs.map(\.path) == [
        "encoder/conv/weight", "encoder/conv/bias", "gru/w", "gru/r", "gru/b",
      ])
  }

  @Test("opening says what the truth is, or that there is none")
  func summary() throws {
    #expect(
      try pair().summary.contains {
        $0.hasPrefix("layer: offline.onnx, ") && $0.hasSuffix("5 of 5 weights are the same")
      })
    let alone = try Fixtures.graph(Self.oneTimestep)
    #expect(alone.summary.contains { $0.contains("no independent truth") })
  }

  @Test("a file that takes or gives something else is refused, with both named")
  func refused() throws {
    let error = #expect(throws: OnnxError.self) {
      try Fixtures.graph(
        Fixtures.causal(isFixed: true), offline: Self.oneTimestep)
    }
    #expect(error?.found == "an offline export that takes one block only")
    var other = OnnxFixture()
    other.input("x", [.fixed(1), .fixed(3), .free("t")])
    other.node("Relu", ["x"], ["y"])
    other.output("y", [.fixed(1), .fixed(3), .free("t")])
    let second = #expect(throws: OnnxError.self) {
      try Fixtures.graph(Fixtures.causal(isFixed: true), offline: other)
    }
    #expect(second?.found.contains("[3] a timestep of x") == true)
  }

  @Test("notations and the file beside the model hold it")
  func config() throws {
    let graph = try Fixtures.graph(Fixtures.causal(isFixed: true)) {
      ($0.states, $0.offline) = (["cache=new_cache", "h=hn"], "whole.onnx")
    }
    let text = OpeningFile.text(graph.config, states: graph.statePairs)
    #expect(try OpeningFile.config(text, model: "fixture.onnx") == graph.config)
  }
}
