import LayerTesting
import Layers
import Notation
import Runtime
import Tensors
import Testing
import VeryAttentiveTacotron

@Suite("Very Attentive Tacotron, as a package outside of the library")
struct VeryAttentiveTacotronTests {
  private static var small: VeryAttentiveTacotron {
    var small = VeryAttentiveTacotron()
    (small.width, small.heads, small.unitsPerHead, small.rnnUnits) = (8, 2, 4, 3)
    (small.blocks, small.codebooks, small.past) = ((1, 2), (2, 5), 6)
    return small
  }

  private static func numbers(_ shape: [Int], lengths: [Int]) throws -> SequenceTensor {
    let values = (0..<shape.reduce(1, *)).map { Float(($0 * 37) % 41) / 20 - 1 }
    return try SequenceTensor(values: Tensor(values, shape: shape), lengths: lengths)
      .maskedInvalid()
  }

  private static func codes(_ time: Int, lengths: [Int]) throws -> SequenceTensor {
    let values = (0..<(2 * time * 2)).map { Int32(($0 * 7) % 5) }
    return try SequenceTensor(values: Tensor(values, shape: [2, time, 2]), lengths: lengths)
      .maskedInvalid()
  }

  @Test("encoder and decoder are read back from every notation", arguments: NotationFormat.allCases)
  func notations(_ format: NotationFormat) throws {
    let notation = LayerNotation(registry: try .withVeryAttentiveTacotron)
    for layer in [VeryAttentiveTacotron().encoder, VeryAttentiveTacotron.large.decoder] {
      let spec = try SpecNode(layer: layer, registry: notation.registry)
      let bytes = try notation.write(spec, as: format)
      let read = try notation.read(bytes, as: format).spec
      #expect(read == spec)
      #expect(try notation.registry.makeLayer(read) as? Serial == layer)
    }
  }

  @Test("encoder and decoder keep the contract")
  func contract() throws {
    var verifier = ContractVerifier()
    verifier.probes = false
    let text = try Self.numbers([2, 9, 4], lengths: [9, 6])
    let encoder = try Model(Self.small.encoder, input: ChannelSpec([4]), seed: 1, time: 9)
    #expect(try verifier.verify(encoder, text).violations.isEmpty)
    let codes = try Self.codes(10, lengths: [10, 7])
    let constants: Constants = [Self.small.source: .sequence(try encoder.layer(text).y)]
    let decoder = try Model(
      Self.small.decoder, input: ChannelSpec([2], .int32), constants: constants.specs, seed: 2,
      time: 10)
    let report = try verifier.verify(decoder, codes, constants: constants)
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.checked.contains(.step))
  }

  @Test("the position moves forward by its first delta, and stays where timesteps are invalid")
  func alignment() throws {
    let source = try Self.numbers([2, 6, 4], lengths: [6, 4])
    let constants: Constants = ["text": .sequence(source)]
    let layer = AlignmentLayer(sourceName: "text", rnnUnits: 3)
    let model = try Model(
      layer, input: ChannelSpec([2]), constants: constants.specs, seed: 1, time: 5)
    let x = try Self.numbers([2, 5, 2], lengths: [5, 3])
    let whole = try model.layer(x, constants: constants, options: RunOptions(emits: true))
    let positions = try #require(whole.emits["position"])
    let found = positions.values.elements(as: Float.self)
    for (index, want) in [0.25, 0.5, 0.75, 1, 1.25, 0.25, 0.5, 0.75, 0.75, 0.75].enumerated() {
      #expect((found[index] - Float(want)).magnitude < 1e-5)
    }
  }

  @Test("attention without an alignment before it is refused by name")
  func missing() throws {
    var biases = InterpolatedRelativePositionBiases(numHeads: 2)
    biases.positionsName = "nowhere"
    let attention = DotProductAttention(
      sourceName: "text", numHeads: 2, unitsPerHead: 3,
      relativePositionEmbedding: .custom(CustomPart(biases)))
    let constants: Constants = [
      "text": .sequence(try Self.numbers([2, 6, 4], lengths: [6, 4]))
    ]
    let error = #expect(throws: LayerError.self) {
      try Model(
        attention, input: ChannelSpec([2]), constants: constants.specs, seed: 1, time: 5
      ).layer(try Self.numbers([2, 5, 2], lengths: [5, 3]), constants: constants)
    }
    #expect(error?.found.contains("nowhere") == true)
  }
}
