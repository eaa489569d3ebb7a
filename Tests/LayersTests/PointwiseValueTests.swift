import Layers
import Programs
import Runtime
import Tensors
import Testing

/// Small inputs whose outputs can be seen by hand.
@Suite struct PointwiseValueTests {
  struct ValueCase: CustomTestStringConvertible, Sendable {
    var name: String
    var layer: any SequenceLayer
    var input: Tensor
    var want: Tensor

    init(_ name: String, _ layer: any SequenceLayer, _ input: Tensor, _ want: Tensor) {
      (self.name, self.layer, self.input, self.want) = (name, layer, input, want)
    }

    var testDescription: String { name }
  }

  private static func floats(_ values: [Float], _ channels: Shape) -> Tensor {
    Tensor(values, shape: [1, values.count / channels.reduce(1, *)] + channels)
  }

  private static func integers(_ values: [Int32], _ channels: Shape = []) -> Tensor {
    Tensor(values, shape: [1, values.count / channels.reduce(1, *)] + channels)
  }

  private static let counting = floats([0, 1, 2, 3, 4, 5], [2, 3])

  static let cases: [ValueCase] = [
    .init(
      "leaky relu", LeakyRelu(negativeSlope: 0.5), floats([-2, 0, 3], []), floats([-1, 0, 3], [])),
    .init(
      "mod takes the divisor's sign", Mod(divisor: -3), integers([4, -4, 3]), integers([-2, -1, 0])),
    .init("power", Power(power: 2), floats([-3, 2], []), floats([9, 4], [])),
    .init("add rounds the constant to integers", Add(shift: 2.7), integers([1]), integers([3])),
    .init("one hot", OneHot(depth: 2), integers([1, 2, -1]), floats([0, 1, 0, 0, 0, 0], [2])),
    .init("argmax takes the first", Argmax(), floats([1, 3, 3], [3]), integers([1])),
    .init("mean of integers", Mean(), integers([1, 2], [2]), floats([1.5], [])),
    .init("max keeps the axis", Max(axis: 3, keepdims: true), counting, floats([2, 5], [2, 1])),
    .init(
      "gate", GatedUnit(gateActivation: .relu), floats([2, 3, 4, -1], [4]), floats([8, 0], [2])),
    .init(
      "slice backwards", Slice(slices: [.index(-1), .range(step: -2)]), counting,
      floats([5, 3], [2])),
    .init(
      "slice with a new axis", Slice(slices: [.range(start: -1), .newAxis, .range(stop: 9)]),
      counting,
      floats([3, 4, 5], [1, 1, 3])),
    .init(
      "einops",
      EinopsRearrange(pattern: "h (a b) -> b (h a)", axesLengths: [.init(name: "b", length: 3)]),
      counting, floats([0, 3, 1, 4, 2, 5], [3, 2])),
    .init(
      "einops with the rest", EinopsRearrange(pattern: "a ... -> ... a 1"), counting,
      floats([0, 3, 1, 4, 2, 5], [3, 2, 1])),
    .init(
      "move axis", MoveAxis(source: 2, destination: -1), counting,
      floats([0, 3, 1, 4, 2, 5], [3, 2])),
    .init(
      "upsample 2D", Upsample2D(rate: [1, 2]), floats([1, 2], [2, 1]),
      floats([1, 1, 2, 2], [4, 1])),
    .init("cast truncates", Cast(dtype: .int32), floats([1.9, -1.9], []), integers([1, -1])),
    .init(
      "timing, odd channels", AddTimingSignal(), floats([0, 0, 0], [3]), floats([0, 1, 0], [3])),
  ]

  @Test("values are the formula's", arguments: cases)
  func values(_ example: ValueCase) throws {
    let x = try SequenceTensor(values: example.input)
    let y = try Model(example.layer, input: x.channelSpec).layer(x).y
    #expect(y.values.bitsEqual(example.want), "\(y.values) instead of \(example.want)")
  }

  @Test("an embedding wraps negative indices and gives NaN outside the table")
  func embeddingRange() throws {
    let table = TensorConstant(shape: [3, 1], values: [10, 20, 30])
    let layer = Embedding(dimension: 1, numEmbeddings: 3, embeddingInit: .tensor(table))
    let x = try SequenceTensor(values: Self.integers([2, -1, -3, 3, -4]))
    let rows = try Model(layer, input: x.channelSpec).layer(x).y.values.doubles()
    #expect(rows[..<3] == [30, 30, 10])
    #expect(rows[3].isNaN && rows[4].isNaN)
  }

  @Test("an embedding and its transpose share one table")
  func sharedTable() throws {
    let stack = Serial([
      Serial([Embedding(dimension: 2, numEmbeddings: 3, name: "tokens")]),
      Residual([EmbeddingTranspose(embedding: "tokens", useBias: false), Dense(features: 2)]),
    ])
    let model = try Model(stack, input: ChannelSpec([], .int32))
    #expect(model.parameterSpecs.count { $0.path.hasSuffix("tokens/embedding") } == 1)
    #expect(model.parameterSpecs.count == 3)
  }

  @Test("magnitudes of complex numbers neither overflow nor vanish")
  func complexMagnitude() throws {
    let parts: [Complex64] = [.init(3, -4), .init(3e30, 4e30), .init(3e-30, 4e-30), .init(0, 0)]
    let x = try SequenceTensor(values: Tensor(parts, shape: [1, 4]))
    let y = try Model(Abs(), input: x.channelSpec).layer(x).y
    let want = [5, 5e30, 5e-30, 0.0]
    for (got, want) in zip(y.values.doubles(), want) { #expect(abs(got - want) <= 1e-6 * want) }
  }

  @Test("a function registered by name is a layer")
  func lambda() throws {
    LambdaFunctions.register("test.double", values: { $0.scaled(by: 2) })
    LambdaFunctions.register("test.shorten", sequence: { $0.slicedTime(from: 1, to: $0.time) })
    let x = try SequenceTensor(values: Self.floats([1, 2], []))
    let y = try Model(Lambda(fn: "test.double"), input: x.channelSpec).layer(x).y
    #expect(y.values.doubles() == [2, 4])
    let shortening = Lambda(fn: "test.shorten", sequenceInput: true)
    let broken = #expect(throws: LayerError.self) {
      try shortening.outputSpec(for: ChannelSpec([]), constants: [:])
    }
    #expect(broken?.code == .brokenContract)
    let unknown = #expect(throws: LayerError.self) {
      try Lambda(fn: "test.doubel").outputSpec(for: ChannelSpec([]), constants: [:])
    }
    #expect(unknown?.suggestion == "did you mean \"test.double\"?")
  }
}
