import Layers
import Runtime
import Tensors
import Testing

@Suite struct LayerGradientTests {
  private func gradients(
    _ layer: any SequenceLayer, _ values: Tensor, mask: [Bool]? = nil, cotangent: Double = 1
  ) throws -> Gradients {
    let shape = Array(values.shape.prefix(2))
    let flags = mask ?? Array(repeating: true, count: shape.reduce(1, *))
    let x = try SequenceTensor(values: values, mask: Tensor(flags, shape: shape))
    return try Model(layer, input: x.channelSpec).gradients(x) { y in
      Tensor(repeating: cotangent, shape: y.values.shape, y.values.dtype)
    }
  }

  struct FlatCase: CustomTestStringConvertible, Sendable {
    var layer: any SequenceLayer
    var value: Double
    var testDescription: String { layer.typeName }
  }

  static let norms: [FlatCase] = [
    .init(layer: LayerNormalization(), value: 3), .init(layer: RMSNormalization(), value: 0),
    .init(layer: L2Normalize(), value: 0), .init(layer: GroupNormalization(numGroups: 1), value: 3),
    .init(layer: GroupNormalization(numGroups: 1, cumulative: true), value: 3),
  ]

  @Test("no gradient passes where a norm has nothing to divide by", arguments: norms)
  func flatNorm(_ flat: FlatCase) throws {
    let x = Tensor(repeating: flat.value, shape: [1, 2, 4])
    let gradient = try #require(try gradients(flat.layer, x).input)
    #expect(gradient.doubles().allSatisfy { $0 == 0 })
  }

  @Test("infinite slopes at invalid timesteps reach no parameter")
  func infiniteSlope() throws {
    let stack = Serial([MaskInvalid(), Dense(features: 2, useBias: false), Abs(), Log()])
    let values = Tensor([Float(1), 2, .nan, .nan], shape: [1, 2, 2])
    let result = try gradients(stack, values, mask: [true, false])
    for (_, gradient) in result.parameters {
      #expect(gradient.doubles().allSatisfy { $0.isFinite })
    }
    let slopes = try #require(result.input).doubles()
    #expect(slopes.allSatisfy { $0.isFinite })
  }

  @Test("an infinite factor at an invalid timestep leaves the gradients of the others finite")
  func infiniteFactor() throws {
    let factors = Parallel(
      [Dense(features: 1), Serial([Abs(), Log()])], combination: .product)
    let values = Tensor([Float(2), 0], shape: [1, 2, 1])
    let result = try gradients(factors, values, mask: [true, false])
    for (_, gradient) in result.parameters {
      #expect(gradient.doubles().allSatisfy { $0.isFinite })
    }
    #expect(result.input?.doubles().allSatisfy { $0.isFinite } == true)
  }

  @Test("gradients are clipped, stopped, and 0 for the magnitude of 0")
  func ownGradients() throws {
    let x = Tensor([Float(1), -2], shape: [1, 2])
    let clipped = try gradients(GradientClipping(clipValue: 0.5), x, cotangent: 3)
    #expect(clipped.input?.doubles() == [0.5, 0.5])
    let stopped = try gradients(StopGradient(), x)
    #expect(stopped.input?.doubles() == [0, 0])
    let complex = Tensor([Complex64(3, -4), Complex64(0, 0)], shape: [1, 2])
    let slope = try #require(try gradients(Abs(), complex).input)
    let parts = slope.elements(as: Complex64.self)
    #expect(abs(parts[0].real - 0.6) < 1e-6 && abs(parts[0].imaginary + 0.8) < 1e-6)
    #expect(parts[1].real == 0 && parts[1].imaginary == 0)
  }

  @Test("an embedding and its transpose add their gradients")
  func sharedTable() throws {
    let table = TensorConstant(shape: [2, 1], values: [2, 5])
    let stack = Serial([
      Embedding(
        dimension: 1, numEmbeddings: 2, embeddingInit: .tensor(table), name: "tokens"),
      EmbeddingTranspose(embedding: "tokens", useBias: false),
    ])
    let x = Tensor([Int32(0)], shape: [1, 1])
    // y = e0 * [e0, e1]: the slopes of the sum are 2 e0 + e1 and e0.
    let gradient = try gradients(stack, x).parameters["tokens/embedding"]
    #expect(gradient?.doubles() == [9, 2])
  }

  @Test("attentions that share a table of relative positions add their gradients")
  func sharedPositions() throws {
    let x = Tensor((0..<10).map { Float(($0 * 37) % 11) / 4 - 1 }, shape: [1, 5, 2])
    let path = "relative_position_embedding"
    func stack(_ sharedName: String?) -> any SequenceLayer {
      let attentions = ["first", "second"].map { name -> any SequenceLayer in
        var positions = T5RelativePositionEmbedding(
          numBuckets: 4, numHeads: 1, bidirectional: false)
        positions.biasMatrixInit = .constant(value: 0.25)
        positions.sharedName = sharedName
        return DotProductSelfAttention(
          numHeads: 1, unitsPerHead: 2, maxPastHorizon: 3,
          relativePositionEmbedding: .t5RelativePositionEmbedding(positions), name: name)
      }
      return Serial([attentions[0], Flatten(), attentions[1], Flatten()])
    }
    func tables(_ gradients: Gradients) -> [(path: String, values: [Double])] {
      gradients.parameters.filter { $0.key.contains(path) }.sorted { $0.key < $1.key }
        .map { ($0.key, $0.value.doubles()) }
    }
    let shared = tables(try gradients(stack("table"), x))
    let own = tables(try gradients(stack(nil), x))
    #expect(shared.count == 1 && own.count == 2)
    #expect(shared.first?.path == own.first?.path)
    let sums = zip(own[0].values, own[1].values).map(+)
    #expect(own[0].values.contains { $0 != 0 } && own[1].values.contains { $0 != 0 })
    for (sum, value) in zip(sums, shared[0].values) { #expect(abs(sum - value) <= 1e-6) }
  }
}
