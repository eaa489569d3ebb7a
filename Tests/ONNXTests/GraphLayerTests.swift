import Layers
import ONNX
import Runtime
import Tensors
import Testing
import Weights

/// Graphs as layers: states, steps, rows, taps.
@Suite struct GraphLayerTests {
  private func steps(_ model: Model, _ x: SequenceTensor, of block: Int) throws -> SequenceTensor {
    let stream = try model.makeStream(batch: x.batch)
    let parts = try stride(from: 0, to: x.time, by: block).map { start in
      try stream.step(x.timesteps(start..<min(start + block, x.time))).y
    }
    return .concatenate(parts)
  }

  @Test(
    "steps with fed states give the whole sequence, whatever the blocks", arguments: [1, 2, 3, 6])
  func stepEqualsLayer(block: Int) throws {
    let x = try Fixtures.sequence(rows: 2, time: 12, [4])
    let model = try Model(Fixtures.graph(Fixtures.causal(isFixed: true)), input: x.channelSpec)
    let whole = try model.layer(x).y.values.doubles()
    let stepped = try steps(model, x, of: block).values.doubles()
    let worst = zip(whole, stepped).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-6)
    #expect(whole.count == 2 * 12 * 4)
  }

  @Test("without states steps part from the whole sequence after the first block")
  func missingState() throws {
    let x = try Fixtures.sequence(time: 6, [4])
    let model = try Model(Fixtures.graph(Fixtures.causal(isFixed: false)), input: x.channelSpec)
    let whole = try model.layer(x).y.values.doubles()
    let stepped = try steps(model, x, of: 1).values.doubles()
    #expect(zip(whole, stepped).prefix(4).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(whole, stepped).dropFirst(4).contains { abs($0 - $1) > 1e-3 })
  }

  @Test("rows are run as if alone, though the file has a batch of 1")
  func rows() throws {
    let x = try Fixtures.sequence(rows: 3, time: 5, [4])
    let model = try Model(Fixtures.graph(Fixtures.causal(isFixed: true)), input: x.channelSpec)
    let all = try model.layer(x).y
    for row in 0..<3 {
      let one = try model.layer(x.rows([row])).y
      #expect(one.values.bitsEqual(all.rows([row]).values))
    }
  }

  @Test("two runs give the same bits")
  func sameBits() throws {
    let x = try Fixtures.sequence(time: 7, [4])
    let graph = try Fixtures.graph(Fixtures.causal(isFixed: true))
    let one = try Model(graph, input: x.channelSpec).layer(x).y.values
    let two = try Model(graph, input: x.channelSpec).layer(x).y.values
    #expect(one.bitsEqual(two))
  }

  @Test("the tree of scopes is that of the names, and every node with timesteps is in it")
  func tree() throws {
    let graph = try Fixtures.graph(Fixtures.causal(isFixed: true))
    func paths(_ layer: any SequenceLayer, _ path: String) -> [String] {
      layer.children.flatMap { child in
        let inside = LayerPath.join(path, child.scope.path)
        return ["\(inside) \(child.layer.typeName)"] + paths(child.layer, inside)
      }
    }
    #expect(
      paths(graph, "") == [
        "encoder Scope", "encoder/conv Scope", "encoder/conv/c Conv", "encoder/relu Scope",
        "encoder/relu/r Relu", "decoder Scope", "decoder/s Transpose", "decoder/gru Scope",
        "decoder/gru/g GRU", "decoder/q Squeeze", "decoder/y Transpose",
      ])
  }

  @Test("what nodes give is shown under their paths, whole and in steps")
  func taps() throws {
    let x = try Fixtures.sequence(time: 4, [4])
    let graph = try Fixtures.graph(Fixtures.causal(isFixed: true))
    let model = try Model(graph, input: x.channelSpec)
    let whole = try model.layer(x, options: RunOptions(taps: true))
    let relu = try #require(whole.taps["encoder/relu/r"])
    #expect(relu.values.shape == [1, 4, 4])
    let step = try model.makeStream().step(
      x.timesteps(0..<2), options: RunOptions(taps: true))
    let part = try #require(step.taps["encoder/relu/r"])
    let same = zip(part.values.doubles(), relu.timesteps(0..<2).values.doubles())
    #expect(same.allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(whole.taps["encoder"]?.values.bitsEqual(relu.values) == true)
  }

  @Test("weights are parameters under the names of the file")
  func parameters() throws {
    let graph = try Fixtures.graph(Fixtures.causal(isFixed: true))
    let model = try Model(graph, input: ChannelSpec([4]))
    #expect(
      model.parameterSpecs.map(\.path) == [
        "encoder/conv/weight", "encoder/conv/bias", "gru/w", "gru/r", "gru/b",
      ])
    let weight = model[parameter: "encoder/conv/weight"]?.elements(as: Float.self)
    #expect(weight == Fixtures.numbers(48, seed: 1))
  }

  @Test("windows that overlap keep the past as a state")
  func windows() throws {
    var fixture = OnnxFixture()
    fixture.input("x", [.free("batch"), .free("samples")])
    fixture.weight("w", [6, 2], Fixtures.numbers(12, seed: 3))
    fixture.node("MatMul", ["x", "w"], ["y"])
    fixture.output("y", [.free("batch"), .fixed(2)])
    let graph = try Fixtures.graph(fixture) { ($0.window, $0.hop) = (6, 4) }
    #expect(graph.blockSize == 4 && graph.outputRatio == Rational(1, 4))
    let x = try Fixtures.sequence(time: 12, [])
    let model = try Model(graph, input: x.channelSpec)
    let whole = try model.layer(x).y
    #expect(whole.values.shape == [1, 3, 2])
    #expect(try steps(model, x, of: 4).values.bitsEqual(whole.values))
    // The second output sees samples 2 to 7.
    let samples = Fixtures.numbers(12, seed: 9)[2..<8]
    let weights = Fixtures.numbers(12, seed: 3)
    let want = samples.enumerated().reduce(Float(0)) { $0 + $1.element * weights[2 * $1.offset] }
    #expect(abs(whole.values.doubles()[2] - Double(want)) < 1e-6)
  }

  @Test("notations hold the layer")
  func config() throws {
    let graph = try Fixtures.graph(Fixtures.causal(isFixed: true)) {
      $0.states = ["cache=new_cache", "h=hn"]
    }
    let node = try SpecNode(layer: graph)
    #expect(node.layerCase?.field.name == "sequence_layers.onnx_graph")
    let text = OpeningFile.text(graph.config, states: graph.statePairs)
    let read = try OpeningFile.config(text, model: "fixture.onnx")
    #expect(read == graph.config)
  }
}
