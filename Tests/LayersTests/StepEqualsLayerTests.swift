import Layers
import Runtime
import Tensors
import Testing

@Suite struct StepEqualsLayerTests {
  private static let integers = ChannelSpec([], .int32)
  private static let ahead = Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal)

  static let single: [LayerRunCase] = [
    .init("delay", Delay(length: 3)),
    .init("delay in step only", Delay(length: 2, delayLayerOutput: false)),
    .init("delay 0", Delay(length: 0)),
    .init("lookahead", Lookahead(length: 2)),
    .init("lookahead, same length", Lookahead(length: 2, preserveLengthInLayer: true)),
    .init("delay, then lookahead", Serial([Delay(length: 2), Lookahead(length: 2)])),
    .init("downsample", Downsample1D(rate: 3)),
    .init("upsample", Upsample1D(rate: 2)),
    .init("upsample 2D", Upsample2D(rate: [3, 2]), ChannelSpec([2, 3])),
    .init("timing", AddTimingSignal()),
    .init("physical timing", AddTimingSignal(onlyAdvancePositionForValidTimesteps: false)),
    .init("rotary", ApplyRotaryPositionalEncoding(maxWavelength: 100)),
    .init("cumulative groups", GroupNormalization(numGroups: 2, cumulative: true)),
    .init(
      "transposed convolution",
      Conv1DTranspose(filters: 3, kernelSize: 7, strides: 2, padding: .causal)),
    .init(
      "dilated transposed convolution in groups",
      Conv1DTranspose(
        filters: 4, kernelSize: 3, strides: 3, dilationRate: 4, padding: .causal, groups: 2)),
    .init("overlapping frames", OverlapAdd(frameLength: 4, frameStep: 1, padding: .causal)),
    .init(
      "inverse STFT",
      Serial([
        RFFT(), InverseSTFT(frameLength: 4, frameStep: 1, fftLength: 4, timePadding: .causal),
      ])),
    .init("masked dense", MaskedDense(features: 2, numSteps: 12)),
    .init("masked dense, too long", MaskedDense(features: 2, numSteps: 5)),
    .init("sequence dense", SequenceDense(features: 2, numSteps: 12)),
    .init("sequence dense, too long", SequenceDense(features: 2, numSteps: 5)),
    .init(
      "sequence embedding",
      SequenceEmbedding(dimension: 2, numEmbeddingsPerStep: 3, numSteps: 12), integers),
    .init(
      "sequence embedding, varying",
      SequenceEmbedding(
        dimension: 2, numEmbeddingsPerStep: [3, 1, 2, 3, 2], numSteps: 5,
        roundNumEmbeddingsToMultipleOf: 4), integers),
    .init("dropout in training", Dropout(rate: 0.5), training: true),
    .init(
      "dropout with shared axes", Dropout(rate: 0.5, broadcastDims: [0, -1]), ChannelSpec([2, 3]),
      training: true),
    .init("dropout over time", Dropout(rate: 0.5, broadcastDims: 1), training: true),
    .init("noise", AddNoise(sampler: .normal(mean: 1, stddev: 2), trainingOnly: false)),
    .init(
      "noise by its other name", Noise(sampler: .normal(mean: 0, stddev: 1), trainingOnly: false)),
    .init(
      "noise conditioning",
      NoiseConditioning(
        noiseChannelShape: [2], noiseSampler: .truncatedNormal(mean: 0, stddev: 1),
        projection: .linearAffine, combination: .affine)),
    .init(
      "dropped taps",
      NormalizedDepthwiseConv1D(
        kernelSize: 3, numHeads: 2, depthwiseDropconnectRate: 0.5), training: true),
    .init(
      "parallel channels",
      ParallelChannels(
        childLayer: Conv1D(filters: 2, kernelSize: 2, padding: .causal), numGroups: 2)),
    .init("checkpointed", CheckpointGradient(Delay(length: 1))),
  ]

  /// Behind a latency a step position is not a layer position.
  static let behindLatency: [LayerRunCase] = [
    .init("lookahead", Serial([ahead, Lookahead(length: 2)])),
    .init("delay", Serial([ahead, Delay(length: 2)])),
    .init("timing", Serial([ahead, AddTimingSignal()])),
    .init(
      "physical timing",
      Serial([ahead, AddTimingSignal(onlyAdvancePositionForValidTimesteps: false)])),
    .init("rotary", Serial([ahead, ApplyRotaryPositionalEncoding(maxWavelength: 100)])),
    .init(
      "cumulative groups", Serial([ahead, GroupNormalization(numGroups: 2, cumulative: true)])),
    .init(
      "recurrence behind reverse_causal_valid",
      Serial([
        Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausalValid), LSTM(units: 2),
      ])),
    .init(
      "recurrence behind a frame that looks ahead",
      Serial([
        Frame(frameLength: 3, frameStep: 1, padding: .explicit(left: 0, right: 2)), Flatten(),
        LSTM(units: 2),
      ])),
    .init(
      "causal_valid",
      Serial([ahead, Conv1D(filters: 3, kernelSize: 4, padding: .causalValid), LSTM(units: 2)])),
    .init(
      "causal_valid pooling", Serial([ahead, MaxPooling1D(poolSize: 3, padding: .causalValid)])),
    .init("masked dense", Serial([ahead, MaskedDense(features: 2, numSteps: 12)])),
    .init("sequence dense", Serial([ahead, SequenceDense(features: 2, numSteps: 12)])),
    .init("dropout", Serial([ahead, Dropout(rate: 0.5)]), training: true),
    .init(
      "noise",
      Serial([ahead, AddNoise(sampler: .uniform(minval: 0, maxval: 1), trainingOnly: false)])),
    .init(
      "noise conditioning",
      Serial([
        ahead,
        NoiseConditioning(
          noiseChannelShape: [2], noiseSampler: .uniform(minval: 0, maxval: 1),
          projection: .identity, combination: .concat),
      ])),
    .init("linear recurrence", Serial([ahead, RGLRU(units: 4, numHeads: 2)])),
    .init(
      "linear recurrence behind a delay", Serial([Delay(length: 3), RGLRU(units: 4, numHeads: 2)])),
    .init(
      "counted positions behind a delay in step only",
      Serial([Delay(length: 2, delayLayerOutput: false), AddTimingSignal()])),
  ]

  private func check(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    let model = try run.model()
    let x = try run.input(validity)
    let whole = try model.layer(x).y
    for blocks in [[1], [2], [1, 3, 2]] {
      let steps = try model.stepByStep(x, schedule: BlockSchedule(blocks)).y
      expectSame(steps, whole, within: 0, "\(run.name), \(validity), blocks \(blocks)")
    }
    let noisy = try model.layer(try run.input(validity, garbage: .nan)).y
    expectSame(noisy, whole, within: 0, "\(run.name), \(validity), NaN at invalid timesteps")
  }

  @Test(
    "steps equal the layer for every block size and mask", arguments: single,
    LayerRunCase.Validity.allCases)
  func stepEqualsLayer(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }

  @Test(
    "steps equal the layer behind a latency", arguments: behindLatency,
    LayerRunCase.Validity.allCases)
  func stepEqualsLayerBehindLatency(
    _ run: LayerRunCase, _ validity: LayerRunCase.Validity
  ) throws {
    try check(run, validity)
  }
}
