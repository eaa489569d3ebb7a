import Layers
import Runtime
import Tensors
import Testing

@Suite struct AttentionTests {
  private static let t5 = RelativePositionEmbedding.t5RelativePositionEmbedding(
    T5RelativePositionEmbedding(numBuckets: 8, numHeads: 2, bidirectional: true, maxDistance: 9))
  private static let shaw = RelativePositionEmbedding.shawRelativePositionEmbedding(
    ShawRelativePositionEmbedding(maxBackward: 2, maxForward: 1, numHeads: 2, unitsPerHead: 3))

  private static let rotary = ApplyRotaryPositionalEncoding(maxWavelength: 10)

  static let selfAttention: [AttentionCase] = [
    .init("past", DotProductSelfAttention(numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3)),
    .init(
      "past and future",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 2, useBias: true,
        attentionLogitsSoftCap: 2)),
    .init("unlimited", DotProductSelfAttention(numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1)),
    .init(
      "grouped heads with a ring",
      DotProductSelfAttention(
        numHeads: 4, unitsPerHead: 3, maxPastHorizon: 3, numKvHeads: 2,
        inputProjection: .separateQueryKeyValueProjection(), useKvCacheRingbuffer: true)),
    .init(
      "T5 with a future",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 2,
        relativePositionEmbedding: t5)),
    .init(
      "Shaw with a future, longer than a chunk",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 1,
        relativePositionEmbedding: shaw), time: 37),
    .init(
      "T5 with horizons longer than the sequence",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 30, maxFutureHorizon: 40,
        relativePositionEmbedding: t5)),
    .init(
      "T5, unlimited",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1, maxFutureHorizon: -1,
        relativePositionEmbedding: t5)),
    .init(
      "sinks of grouped heads, relative positions, longer than a chunk",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2, maxFutureHorizon: 1, numKvHeads: 1,
        relativePositionEmbedding: shaw, inputProjection: .queryAndSharedKeyValueProjection(),
        perDimScale: true, numSinkEmbeddings: 2), time: 35),
    .init(
      "sink scalars, unlimited",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1, useSinkScalars: true)),
  ]

  static let crossAttention: [AttentionCase] = [
    .init(
      "whole source", DotProductAttention(sourceName: "source", numHeads: 2, unitsPerHead: 3),
      .whole),
    .init(
      "every option",
      DotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 4, useBias: true,
        inputProjection: .separateQueryKeyValueProjection(),
        queryNetwork: rotary,
        keyNetwork: rotary,
        valueNetwork: Tanh(), relativePositionEmbedding: t5, perDimScale: true,
        perDimKeyScale: true, attentionLogitsSoftCap: 3, numSinkEmbeddings: 2), .whole),
    .init(
      "keys made anew",
      DotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3,
        inputProjection: .queryAndSharedKeyValueProjection(), relativePositionEmbedding: shaw,
        zeroFullyMasked: true, recomputeKvPerStep: true), .whole),
    .init(
      "behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        DotProductAttention(
          sourceName: "source", numHeads: 2, unitsPerHead: 3, relativePositionEmbedding: t5,
          useSinkScalars: true),
      ]), .whole),
  ]

  private static func transformerXL(past: Int, future: Int) -> RelativePositionEmbedding {
    .transformerXlRelativePositionEmbedding(
      TransformerXLRelativePositionEmbedding(
        numHeads: 2, unitsPerHead: 3, maxBackward: past, maxForward: future, positionBiasDim: 5))
  }

  static let inChunks: [AttentionCase] = [
    .init(
      "chunks",
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 3, maxPastHorizon: 4, perDimScale: true,
        perDimKeyScale: true)),
    .init(
      "chunks of 1 with Transformer-XL and a future",
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 1, maxPastHorizon: 2, maxFutureHorizon: 3,
        relativePositionEmbedding: transformerXL(past: 2, future: 3), numSinkEmbeddings: 1)),
    .init(
      "blocks",
      BlockwiseDotProductSelfAttention(
        blockSize: 3, numHeads: 4, unitsPerHead: 3, maxPastHorizonBlocks: 1, numKvHeads: 2,
        inputProjection: .queryAndKeyValueProjection(), attentionLogitsSoftCap: 2), time: 14),
    .init(
      "blocks with a future",
      BlockwiseDotProductSelfAttention(
        blockSize: 2, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 2,
        maxFutureHorizonBlocks: 1)),
    .init(
      "blocks that see themselves",
      BlockwiseDotProductSelfAttention(
        blockSize: 3, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 0)),
    .init(
      "blocks with an unlimited past",
      BlockwiseDotProductSelfAttention(
        blockSize: 3, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: -1)),
    .init(
      "blocks behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 4, padding: .reverseCausal),
        BlockwiseDotProductSelfAttention(
          blockSize: 3, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 1),
      ])),
    .init(
      "second version",
      DotProductSelfAttentionV2(
        numHeads: 4, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 1, numKvHeads: 2,
        inputProjection: .separateQueryKeyValueProjection(), perDimScale: true)),
  ]

  static let placed: [AttentionCase] = [
    .init(
      "segments",
      DotProductSelfAttentionV2(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 4, maxFutureHorizon: 1,
        segmentIdsName: "segments"), .places(streamed: true)),
    .init(
      "segments and positions",
      DotProductSelfAttentionV2(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 4, segmentIdsName: "segments",
        positionName: "positions"), .places(streamed: true)),
    .init(
      "positions, unlimited",
      DotProductSelfAttentionV2(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1, positionName: "positions"),
      .places(streamed: true)),
    .init(
      "blocks by positions in segments",
      BlockwiseDotProductSelfAttention(
        blockSize: 3, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 1,
        maxFutureHorizonBlocks: 1, segmentIdsName: "segments", positionName: "positions"),
      .places(streamed: true)),
  ]

  /// Constants of every timestep that are not streamed cannot follow a longer input.
  static let placedWhole: [AttentionCase] =
    placed.map {
      .init($0.run.name + ", whole", $0.run.layer, .places(streamed: false))
    } + [
      .init(
        "positions of queries, whole",
        DotProductAttention(
          sourceName: "source", numHeads: 2, unitsPerHead: 3, relativePositionEmbedding: t5,
          queryPositionsName: "positions"), .placesAndSources),
      .init(
        "segments of several sources",
        MultiSourceDotProductAttention(
          sourceNames: ["source", "other"], numHeads: 2, unitsPerHead: 3,
          querySegmentIdsName: "segments",
          sourceSegmentIdsNames: ["sourceSegments", "otherSegments"]),
        .placesAndSources),
    ]

  static let streamedSource: [AttentionCase] = [
    .init(
      "streamed source",
      StreamingDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2), .streamed),
    .init(
      "streamed source with a future",
      StreamingDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 4, maxPastHorizon: 2, maxFutureHorizon: 1,
        queryNetwork: rotary, keyNetwork: rotary, valueNetwork: Tanh(), perDimKeyScale: true),
      .streamed),
    .init(
      "streamed source with sinks",
      StreamingDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 1, maxFutureHorizon: 2,
        numSinkEmbeddings: 2), .streamed, time: 37),
    .init(
      "streamed source behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        StreamingDotProductAttention(
          sourceName: "source", numHeads: 2, unitsPerHead: 4, maxPastHorizon: 2,
          maxFutureHorizon: 1, queryNetwork: rotary, keyNetwork: rotary),
      ]), .streamed),
    .init(
      "queries that others delay",
      Serial([
        Delay(length: 3, delayLayerOutput: false),
        StreamingDotProductAttention(
          sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2,
          maxFutureHorizon: 2, useQueryDelayBuffer: false),
      ]), .streamed),
    .init(
      "streamed source in chunks",
      StreamingLocalDotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, blockSize: 4, maxPastHorizon: 2,
        maxFutureHorizon: 1, relativePositionEmbedding: transformerXL(past: 2, future: 1),
        useSinkScalars: true), .streamed),
  ]

  static let severalSources: [AttentionCase] = [
    .init(
      "several sources",
      MultiSourceDotProductAttention(
        sourceNames: ["source", "other"], numHeads: 4, unitsPerHead: 4, numKvHeads: 2,
        queryNetwork: rotary, keyNetwork: rotary, valueNetwork: Tanh(), perDimScale: true), .two),
    .init(
      "several sources with their own projections",
      MultiSourceDotProductAttention(
        sourceNames: ["source", "other"], numHeads: 2, unitsPerHead: 3, useBias: true,
        useSeparateKvProjections: true), .two),
    .init(
      "Gaussian components",
      GmmAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, numComponents: 2, monotonic: false,
        maxOffset: 2), .whole),
    .init(
      "Gaussian components that move on",
      GmmAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, numComponents: 2, monotonic: true),
      .whole),
  ]

  static let all = selfAttention + crossAttention + inChunks + streamedSource + severalSources

  @Test(
    "the contract holds", arguments: all + placed, [LayerRunCase.Validity.ragged, .gaps])
  func contract(_ item: AttentionCase, _ validity: LayerRunCase.Validity) throws {
    try item.verify(validity, sourceLocation: #_sourceLocation)
  }

  @Test("steps equal the whole where constants are whole", arguments: placedWhole)
  func wholeConstants(_ item: AttentionCase) throws {
    for validity in [LayerRunCase.Validity.full, .gaps] {
      try item.checkSteps(validity, sourceLocation: #_sourceLocation)
    }
  }

  @Test(
    "an empty time axis and rows without a valid timestep are inputs like others",
    arguments: all + placed)
  func edgeInputs(_ item: AttentionCase) throws {
    for (validity, time) in [(LayerRunCase.Validity.full, 0), (.none, 1), (.ragged, 3)] {
      try item.checkSteps(validity, time: time, sourceLocation: #_sourceLocation)
    }
  }
}
