import Layers
import Runtime
import Tensors
import Testing

/// An only child is called by the name that the user gave it, as in the original.
@Suite struct SingleChildNamesTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var named: any SequenceLayer
    var unnamed: any SequenceLayer
    var files: Set<String>
    var testDescription: String { named.typeName }
  }

  private static func attention(_ name: String?, _ other: String?) -> DotProductSelfAttention {
    DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 2, maxPastHorizon: 2,
      queryNetwork: Dense(features: 2, useBias: false, name: name),
      keyNetwork: Dense(features: 2, useBias: false, name: other))
  }

  static let cases: [Case] = [
    Case(
      named: Repeat(layer: Dense(features: 4, name: "d"), numRepeats: 2),
      unnamed: Repeat(layer: Dense(features: 4), numRepeats: 2),
      files: ["params/d/kernel", "params/d/bias"]),
    Case(
      named: Bidirectional(
        forward: Dense(features: 3, useBias: false, name: "f"),
        backward: Dense(features: 3, useBias: false, name: "b")),
      unnamed: Bidirectional(
        forward: Dense(features: 3, useBias: false), backward: Dense(features: 3, useBias: false)),
      files: ["params/f/kernel", "params/b/kernel"]),
    Case(
      named: CheckpointGradient(Serial([Dense(features: 3, useBias: false)], name: "f")),
      unnamed: CheckpointGradient(Serial([Dense(features: 3, useBias: false)])),
      files: ["params/f/layers_0/kernel"]),
    Case(
      named: attention("qn", "kn"), unnamed: attention(nil, nil),
      files: [
        "params/query_key_value_projection/kernel", "params/qn/kernel", "params/kn/kernel",
      ]),
  ]

  @Test("files have the name, and first values do not depend on it", arguments: cases)
  func names(_ names: Case) throws {
    let model = try Model(names.named, input: ChannelSpec([4]), seed: 3)
    let plain = try Model(names.unnamed, input: ChannelSpec([4]), seed: 3)
    #expect(Set(model.fileTensors.keys) == names.files)
    for (a, b) in zip(model.parameterSpecs, plain.parameterSpecs) {
      let (x, y) = (model[parameter: a.path], plain[parameter: b.path])
      #expect(x?.bitsEqual(try #require(y)) == true, "\(a.path), \(b.path)")
    }
  }

  @Test("one network for queries and keys by one name is refused")
  func conflict() {
    #expect(throws: LayerError.self) {
      try Model(Self.attention("net", "net"), input: ChannelSpec([4]))
    }
  }

  @Test("random numbers of a step do not depend on the name")
  func draws() throws {
    func values(_ name: String?) throws -> [Double] {
      let model = try Model(
        Repeat(layer: Dropout(rate: 0.5, name: name), numRepeats: 2), input: ChannelSpec([4]))
      model.training = true
      let ones = try SequenceTensor(values: Tensor(repeating: 1, shape: [2, 6, 4]))
      return try model.layer(ones).y.values.doubles()
    }
    #expect(try values("drop") == values(nil))
  }

  @Test("weights load under the names of the original's TensorFlow library")
  func aliases() throws {
    let model = try Model(
      Serial([
        LayerNormalization(name: "norm"), Snake(separateBeta: true, name: "snake"),
        Skip(layer: [Dense(features: 1, name: "d")], name: "skip"),
        DenseShaped(outputShape: [2, 3], name: "shaped"),
      ]), input: ChannelSpec([4]))
    let shapes: [String: Shape] = [
      "params/norm/gamma": [4], "params/norm/beta": [4], "params/snake/alpha": [4],
      "params/snake/beta": [4], "params/d/kernel": [4, 1], "params/d/bias": [1],
      "params/shaped/kernel": [5, 6], "params/shaped/bias": [6],
    ]
    let tensors = shapes.mapValues { shape in
      Tensor((0..<shape.elementCount).map { Float($0) }, shape: shape)
    }
    try model.load(tensors)
    #expect(model[parameter: "norm/scale"]?.doubles() == [0, 1, 2, 3])
    #expect(model[parameter: "snake/beta_log"]?.doubles() == [0, 1, 2, 3])
    #expect(model[parameter: "skip/d/kernel"]?.doubles() == [0, 1, 2, 3])
    #expect(model[parameter: "shaped/kernel"]?.shape == [5, 2, 3])
    #expect(throws: RuntimeError.self) {
      try model.load(tensors.filter { $0.key != "params/d/kernel" })
    }
  }
}
