import Layers
import Runtime
import Tensors
import Testing

@Suite struct AttentionErrorTests {
  private static let vector = ChannelSpec([4])
  private static let t5 = RelativePositionEmbedding.t5RelativePositionEmbedding(
    T5RelativePositionEmbedding(numBuckets: 8, numHeads: 2, bidirectional: false))
  private static let xl = RelativePositionEmbedding.transformerXlRelativePositionEmbedding(
    TransformerXLRelativePositionEmbedding(
      numHeads: 2, unitsPerHead: 3, maxBackward: 2, maxForward: 0, positionBiasDim: 4))
  private static let constants: ConstantSpecs = [
    "source": ConstantSpec(form: .sequence(streamed: false), shape: [1, 5, 3], dtype: .float32),
    "other": ConstantSpec(form: .sequence(streamed: false), shape: [1, 4, 2], dtype: .float32),
    "flat": ConstantSpec(form: .sequence(streamed: false), shape: [1, 4], dtype: .float32),
    "bare": ConstantSpec(form: .array, shape: [1, 5, 3], dtype: .float32),
    "places": ConstantSpec(form: .array, shape: [1, 5], dtype: .int32),
  ]

  private static func past(
    heads: Int = 2, size: Int = 3, past: Int = 2, future: Int = 0, keyHeads: Int? = nil,
    embedding: RelativePositionEmbedding? = nil, rate: Double = 0,
    projection: QueryKeyValueProjection = .combinedQueryKeyValueProjection(),
    queryNetwork: (any SequenceLayer)? = nil, keyNetwork: (any SequenceLayer)? = nil,
    cap: Double? = nil, zero: Bool = false, sinks: Int = 0, scalars: Bool = false
  ) -> DotProductSelfAttention {
    DotProductSelfAttention(
      numHeads: heads, unitsPerHead: size, maxPastHorizon: past, maxFutureHorizon: future,
      numKvHeads: keyHeads, relativePositionEmbedding: embedding,
      attentionProbabilitiesDropoutRate: rate, inputProjection: projection,
      queryNetwork: queryNetwork, keyNetwork: keyNetwork, attentionLogitsSoftCap: cap,
      zeroFullyMasked: zero, numSinkEmbeddings: sinks, useSinkScalars: scalars)
  }

  static let selfAttention: [LayerErrorCase] = [
    .init(
      past(), ChannelSpec([2, 2]),
      "(DotProductSelfAttention): found channel shape [2, 2], expected 1 channel axes; "
        + "put Flatten() or Reshape before it"),
    .init(
      past(heads: 0), vector,
      "(DotProductSelfAttention).numHeads: found 0, expected 1 or more"),
    .init(
      past(size: 0), vector,
      "(DotProductSelfAttention).unitsPerHead: found 0, expected 1 or more"),
    .init(
      past(past: -2), vector,
      "(DotProductSelfAttention).maxPastHorizon: found -2, expected -1 or more"),
    .init(
      past(future: -2), vector,
      "(DotProductSelfAttention).maxFutureHorizon: found -2, expected -1 or more"),
    .init(
      past(past: 0), vector,
      "(DotProductSelfAttention).maxPastHorizon: found 0 past and 0 future timesteps, "
        + "expected at least one of them to be not 0"),
    .init(
      past(keyHeads: 1), vector,
      "(DotProductSelfAttention).inputProjection: found a combined projection with 1 key heads, "
        + "expected a projection with keys apart from queries; "
        + "set inputProjection: .queryAndKeyValueProjection()"),
    .init(
      past(heads: 3, keyHeads: 2, projection: .queryAndKeyValueProjection()), vector,
      "(DotProductSelfAttention).numKvHeads: found 2 key heads for 3 query heads, "
        + "expected a divisor of numHeads"),
    .init(
      past(keyHeads: 0), vector,
      "(DotProductSelfAttention).numKvHeads: found 0, expected 1 or more"),
    .init(
      past(cap: -1), vector,
      "(DotProductSelfAttention).attentionLogitsSoftCap: found -1.0, expected 0 or more, or nil"),
    .init(
      past(rate: 1.5), vector,
      "(DotProductSelfAttention).attentionProbabilitiesDropoutRate: found 1.5, "
        + "expected a probability from 0 to 1"),
    .init(
      past(sinks: -1), vector,
      "(DotProductSelfAttention).numSinkEmbeddings: found -1, expected 0 or more"),
    .init(
      past(sinks: 2, scalars: true), vector,
      "(DotProductSelfAttention).useSinkScalars: found sink scalars with 2 sink embeddings, "
        + "expected one of the two; set numSinkEmbeddings to 0, or useSinkScalars to false"),
    .init(
      past(zero: true, scalars: true), vector,
      "(DotProductSelfAttention).zeroFullyMasked: found true with sinks, which every query sees, "
        + "expected false; set zeroFullyMasked to false: no query sees nothing"),
    .init(
      past(embedding: xl), vector,
      "(DotProductSelfAttention).relativePositionEmbedding: "
        + "found TransformerXLRelativePositionEmbedding, "
        + "expected a bias: T5RelativePositionEmbedding or ShawRelativePositionEmbedding; "
        + "use it in LocalDotProductSelfAttention, which equals DotProductSelfAttention"),
    .init(
      past(heads: 4, embedding: t5), vector,
      "(DotProductSelfAttention).relativePositionEmbedding: found numHeads 2, "
        + "expected 4, as in the layer"),
    .init(
      past(queryNetwork: Downsample1D(rate: 2)), vector,
      "(DotProductSelfAttention).query_network: found a ratio of 1/2 and blocks of 2, "
        + "expected a layer of ratio 1 and block size 1"),
    .init(
      past(queryNetwork: Flatten()), vector,
      "(DotProductSelfAttention).query_network: found output channels [6], "
        + "expected [2, size]: as many heads as before"),
    .init(
      past(keyNetwork: Dense(features: 5)), vector,
      "(DotProductSelfAttention).keyNetwork: found keys of size 5, "
        + "expected 3, the size of the queries"),
    .init(
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 2, maxPastHorizon: 0, maxFutureHorizon: 1), vector,
      "(LocalDotProductSelfAttention).maxPastHorizon: found 0, expected 1 or more"),
    .init(
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 2, maxPastHorizon: 2, maxFutureHorizon: -1),
      vector,
      "(LocalDotProductSelfAttention).maxFutureHorizon: found -1, expected 0 or more"),
    .init(
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 0, maxPastHorizon: 2), vector,
      "(LocalDotProductSelfAttention).blockSize: found 0, expected 1 or more"),
    .init(
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 2, maxPastHorizon: 2,
        relativePositionEmbedding: t5), vector,
      "(LocalDotProductSelfAttention).relativePositionEmbedding: "
        + "found T5RelativePositionEmbedding, expected TransformerXLRelativePositionEmbedding; "
        + "use it in DotProductSelfAttention with the same horizons"),
    .init(
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 2, maxPastHorizon: 3,
        relativePositionEmbedding: xl), vector,
      "(LocalDotProductSelfAttention).relativePositionEmbedding: found maxBackward 2, "
        + "expected 3, the maxPastHorizon of the layer"),
    .init(
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 2, maxPastHorizon: 3, perDimKeyScale: true),
      vector,
      "(LocalDotProductSelfAttention).perDimKeyScale: found true without perDimScale, "
        + "expected both or neither; set perDimScale to true"),
    .init(
      BlockwiseDotProductSelfAttention(
        blockSize: 0, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 1), vector,
      "(BlockwiseDotProductSelfAttention).blockSize: found 0, expected 1 or more"),
    .init(
      BlockwiseDotProductSelfAttention(
        blockSize: 2, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: -2), vector,
      "(BlockwiseDotProductSelfAttention).maxPastHorizonBlocks: found -2, expected -1 or more"),
    .init(
      BlockwiseDotProductSelfAttention(
        blockSize: 2, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 1,
        maxFutureHorizonBlocks: -2), vector,
      "(BlockwiseDotProductSelfAttention).maxFutureHorizonBlocks: found -2, expected -1 or more"),
    .init(
      BlockwiseDotProductSelfAttention(
        blockSize: 3, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 1,
        keyNetwork: Blockwise(childLayer: Identity(), blockSize: 2)), vector,
      "(BlockwiseDotProductSelfAttention).key_network: found a ratio of 1 and blocks of 2, "
        + "expected a layer of ratio 1 and a block size that divides 3"),
    .init(
      DotProductSelfAttentionV2(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2, segmentIdsName: "place"), vector,
      "(DotProductSelfAttentionV2).segmentIdsName: found no constant \"place\", "
        + "expected integers for every timestep, i32[b, t]; did you mean \"places\"?"),
    .init(
      DotProductSelfAttentionV2(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2, positionName: "flat"), vector,
      "(DotProductSelfAttentionV2).positionName: found \"flat\" of f32[1, 4], "
        + "expected integers for every timestep, i32[b, t]"),
  ]

  private static func cross(
    _ source: String, projection: QueryKeyValueProjection = .queryAndKeyValueProjection(),
    embedding: RelativePositionEmbedding? = nil, positions: String? = nil
  ) -> DotProductAttention {
    DotProductAttention(
      sourceName: source, numHeads: 2, unitsPerHead: 3, inputProjection: projection,
      relativePositionEmbedding: embedding, queryPositionsName: positions)
  }

  static let crossAttention: [LayerErrorCase] = [
    .init(
      cross("sorce"), vector,
      "(DotProductAttention).sourceName: found no constant \"sorce\", "
        + "expected a sequence [b, s, d]; did you mean \"source\"?"),
    .init(
      cross(""), vector,
      "(DotProductAttention).sourceName: found \"\", expected the name of a constant"),
    .init(
      cross("bare"), vector,
      "(DotProductAttention).sourceName: found \"bare\" as an array without a mask, "
        + "expected a sequence [b, s, d]; give it as a sequence"),
    .init(
      cross("flat"), vector,
      "(DotProductAttention).sourceName: found \"flat\" of f32[1, 4], "
        + "expected a sequence [b, s, d] of floating-point numbers"),
    .init(
      cross("source", projection: .combinedQueryKeyValueProjection()), vector,
      "(DotProductAttention).inputProjection: found a combined projection of query and source, "
        + "expected a projection that has keys and values apart from queries; "
        + "use .queryAndKeyValueProjection()"),
    .init(
      cross("source", embedding: xl), vector,
      "(DotProductAttention).relativePositionEmbedding: "
        + "found TransformerXLRelativePositionEmbedding, "
        + "expected a bias: T5RelativePositionEmbedding or ShawRelativePositionEmbedding; "
        + "use it in LocalDotProductSelfAttention, which equals DotProductSelfAttention"),
    .init(
      cross("source", embedding: t5, positions: "bare"), vector,
      "(DotProductAttention).queryPositionsName: found \"bare\" of f32[1, 5, 3], "
        + "expected integers for every timestep, i32[b, t]"),
    .init(
      StreamingDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 0), vector,
      "(StreamingDotProductAttention).maxPastHorizon: found 0, expected 1 or more"),
    .init(
      StreamingDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2,
        relativePositionEmbedding: t5), vector,
      "(StreamingDotProductAttention).relativePositionEmbedding: "
        + "found T5RelativePositionEmbedding, expected none; "
        + "use TransformerXLRelativePositionEmbedding in StreamingLocalDotProductAttention"),
    .init(
      StreamingLocalDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, blockSize: 2, maxPastHorizon: 2,
        relativePositionEmbedding: t5), vector,
      "(StreamingLocalDotProductAttention).relativePositionEmbedding: "
        + "found T5RelativePositionEmbedding, expected TransformerXLRelativePositionEmbedding"),
    .init(
      MultiSourceDotProductAttention(sourceNames: [], numHeads: 2, unitsPerHead: 3), vector,
      "(MultiSourceDotProductAttention).sourceNames: found none, "
        + "expected the name of a constant or more"),
    .init(
      MultiSourceDotProductAttention(
        sourceNames: ["source", "other"], numHeads: 2, unitsPerHead: 3), vector,
      "(MultiSourceDotProductAttention).sourceNames: found \"other\" of 2 channels, "
        + "expected 3, as in \"source\"; set useSeparateKvProjections to true"),
    .init(
      MultiSourceDotProductAttention(
        sourceNames: "source", numHeads: 2, unitsPerHead: 3,
        sourcePositionNames: ["places", "places"]), vector,
      "(MultiSourceDotProductAttention).sourcePositionNames: found 2 entries, "
        + "expected one, or 1 as there are sources"),
    .init(
      MultiSourceDotProductAttention(
        sourceNames: "source", numHeads: 2, unitsPerHead: 3, querySegmentIdsName: "places"), vector,
      "(MultiSourceDotProductAttention).sourceSegmentIdsNames: found none with segments of queries, "
        + "expected those of the sources"),
    .init(
      MultiSourceDotProductAttention(
        sourceNames: "other", numHeads: 2, unitsPerHead: 3, sourceSegmentIdsNames: "places"),
      vector,
      "(MultiSourceDotProductAttention).sourceSegmentIdsNames: found \"places\" of 5 timesteps, "
        + "expected 4, as many as \"other\" has"),
    .init(
      GmmAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, numComponents: 0, monotonic: true),
      vector, "(GmmAttention).numComponents: found 0, expected 1 or more"),
    .init(
      GmmAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, numComponents: 1, monotonic: true),
      ChannelSpec([4], .int32),
      "(GmmAttention): found int32 input, expected floating-point elements; "
        + "put Cast(dtype: .float32) before it"),
  ]

  @Test("mistakes are refused with what was found and what to do", arguments: selfAttention)
  func selfAttentionErrors(_ error: LayerErrorCase) { error.check(constants: Self.constants) }

  @Test("mistakes about sources are refused as well", arguments: crossAttention)
  func crossAttentionErrors(_ error: LayerErrorCase) { error.check(constants: Self.constants) }

  /// A mistake that shows when a step is traced.
  struct StepCase: CustomTestStringConvertible, Sendable {
    var layer: any SequenceLayer
    var isStreamed = true
    var message: String
    var testDescription: String { message }
  }

  static let steps: [StepCase] = [
    .init(
      layer: StreamingDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2), isStreamed: false,
      message: "StreamingDotProductAttention.sourceName: found \"source\" as a whole, expected "
        + "a sequence that comes in the same blocks as the input; give it as a streamed constant"),
    .init(
      layer: StreamingDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2,
        maxFutureHorizon: 3, useQueryDelayBuffer: false),
      message: "StreamingDotProductAttention.useQueryDelayBuffer: found queries 0 timesteps "
        + "behind the source, of which they see 3 more, expected queries that come 3 timesteps "
        + "late; set useQueryDelayBuffer to true, or insert "
        + "Delay(length: 3, delayLayerOutput: false) before it"),
    .init(
      layer: Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        BlockwiseDotProductSelfAttention(
          blockSize: 3, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 1),
      ]),
      message:
        "layers_1 (BlockwiseDotProductSelfAttention): found an incoming output latency of 2, "
        + "expected a multiple of the block size 3; "
        + "insert Delay(length: 1, delayLayerOutput: false) before it"),
  ]

  @Test("mistakes that only steps have are refused when a stream starts", arguments: steps)
  func stepErrors(_ item: StepCase) throws {
    let source = try SequenceTensor(values: Tensor(repeating: 1, shape: [1, 5, 3]))
    let constants: Constants = ["source": item.isStreamed ? .streamed(source) : .sequence(source)]
    let error = #expect(throws: LayerError.self) {
      let model = try Model(
        item.layer, input: ChannelSpec([4]), constants: constants.specs, time: 5)
      let x = try SequenceTensor(values: Tensor(repeating: 1, shape: [1, 1, 4]))
      _ = try model.makeStream(constants: constants).step(x)
    }
    #expect(error?.description == item.message)
  }
}
