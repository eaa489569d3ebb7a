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

  @Test(
    "the contract holds", arguments: selfAttention + crossAttention,
    [LayerRunCase.Validity.ragged, .gaps])
  func contract(_ item: AttentionCase, _ validity: LayerRunCase.Validity) throws {
    try item.verify(validity, sourceLocation: #_sourceLocation)
  }

  @Test(
    "an empty time axis and rows without a valid timestep are inputs like others",
    arguments: selfAttention + crossAttention)
  func edgeInputs(_ item: AttentionCase) throws {
    for (validity, time) in [(LayerRunCase.Validity.full, 0), (.none, 1), (.ragged, 3)] {
      try item.checkSteps(validity, time: time, sourceLocation: #_sourceLocation)
    }
  }
}
