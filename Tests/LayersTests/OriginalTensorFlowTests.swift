import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// Layers that only the original's TensorFlow library has keep the contract, and their steps are the layer.
@Suite struct OriginalTensorFlowTests {
  static let recurrences: [LayerRunCase] = [
    .init("lstm", RNN(cell: .lstm(units: 3))),
    .init("gru", RNN(cell: .gru(units: 3))),
    .init("gru, reset before", RNN(cell: .gru(units: 3, resetAfter: false))),
    .init("simple", RNN(cell: .simpleRnn(units: 3))),
    .init("zoneout", RNN(cell: .zoneout(cell: .lstm(units: 3), zoneoutProbability: 0.3))),
    .init(
      "zoneout in training", RNN(cell: .zoneout(cell: .gru(units: 3), zoneoutProbability: 0.4)),
      training: true),
    .init(
      "zoneout of 1 in training",
      RNN(cell: .zoneout(cell: .simpleRnn(units: 2), zoneoutProbability: 1)), training: true),
    .init("a stack", RNN(cell: [.lstm(units: 3), .gru(units: 2), .lstm(units: 4)])),
    .init(
      "zoneout about and in a stack, in training",
      RNN(
        cell: .zoneout(
          cell: [
            .gru(units: 3),
            .zoneout(cell: [.lstm(units: 2)], zoneoutProbability: 0.5),
          ], zoneoutProbability: 0.2)), training: true),
    .init("older", LegacyRNN(cell: .gru(units: 3))),
    .init(
      "behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        RNN(cell: .zoneout(cell: .gru(units: 3), zoneoutProbability: 0.4)),
      ]), training: true),
  ]

  static let loops: [LayerRunCase] = [
    .init("dense", Autoregressive(Dense(features: 3, activation: .tanh))),
    .init(
      "recurrent with another feedback",
      Autoregressive(
        layer: [RNN(cell: .gru(units: 3)), Dense(features: 3)],
        feedbackLayer: [Dense(features: 2, activation: .tanh), RNN(cell: .lstm(units: 2))])),
    .init(
      "blocks of a lower rate",
      Autoregressive([
        SqueezeTime(factor: 2), Flatten(), Dense(features: 3, activation: .tanh),
      ])),
    .init(
      "larger blocks",
      Autoregressive(
        Blockwise(
          childLayer: Serial([
            Conv1D(filters: 3, kernelSize: 3, padding: .causal), Tanh(),
          ]), blockSize: 3)), time: 10),
    .init(
      "in a loop", Autoregressive([Autoregressive(Dense(features: 2, activation: .tanh)), Tanh()])),
    .init(
      "several axes", Autoregressive([DenseShaped(outputShape: [3, 4]), Tanh()]),
      ChannelSpec([2, 4])),
    .init(
      "behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        Autoregressive(LSTM(units: 3)),
      ])),
    .init(
      "blocks behind a latency of whole blocks",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        Autoregressive([SqueezeTime(factor: 2), Flatten(), LSTM(units: 3)]),
      ]), time: 10),
    .init(
      "with draws in training",
      Autoregressive([Dropout(rate: 0.5), Dense(features: 2, activation: .tanh)]), training: true),
  ]

  static let others: [LayerRunCase] = [
    .init("skip", Skip(Dense(features: 3))),
    .init("skip of a convolution", Skip(Conv1D(filters: 2, kernelSize: 3, padding: .causal))),
    .init(
      "skip of a layer with its own mask",
      Skip(Conv1D(filters: 2, kernelSize: 3, padding: .causalValid))),
    .init("skip of a late layer", Skip(Delay(length: 2))),
    .init("skip of two rates", Skip([SqueezeTime(factor: 2), Unsqueeze(factor: 2)]), time: 10),
    .init("skip in skip", Skip([Skip(Dense(features: 1)), Tanh()])),
    .init("skip of several axes", Skip(DenseShaped(outputShape: [2, 4])), ChannelSpec([3, 4])),
    .init("timing behind channels", ConcatTimingSignal(channels: 5)),
    .init("timing behind axes", ConcatTimingSignal(channels: 4), ChannelSpec([2, 3])),
    .init("timing behind a number", ConcatTimingSignal(channels: 2), ChannelSpec([])),
    .init("positions", ConcatPositionEmbedding(timesteps: 12, channels: 2)),
    .init(
      "positions behind the table", ConcatPositionEmbedding(timesteps: 5, channels: 2),
      ChannelSpec([2, 3])),
    .init(
      "positions behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        ConcatPositionEmbedding(timesteps: 6, channels: 2), ConcatTimingSignal(),
      ])),
    .init("style", StyleToken(numStyleTokens: 4, numHeads: 2, unitsPerHead: 3)),
    .init(
      "style of several axes", StyleToken(numStyleTokens: 2, numHeads: 1, unitsPerHead: 2),
      ChannelSpec([2, 3])),
    .init("dropout at evaluation", TacotronDropoutAtEval(rate: 0.4)),
    .init(
      "dropout at evaluation, shared", TacotronDropoutAtEval(rate: 0.4, noiseShape: [1, -1, 1, 3]),
      ChannelSpec([2, 3])),
  ]

  static let attentions: [AttentionCase] = [
    .init(
      "additive", AdditiveAttention(sourceName: "source", numHeads: 2, unitsPerHead: 3), .whole),
    .init(
      "location, same",
      LocationSensitiveAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, locationNumFilters: 4,
        locationFilterSize: 4), .whole),
    .init(
      "location, valid",
      LocationSensitiveAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3, locationNumFilters: 2,
        locationFilterSize: 3, locationFilterPadding: .valid), .whole),
    .init(
      "location, a filter longer than the source",
      LocationSensitiveAttention(
        sourceName: "source", numHeads: 1, unitsPerHead: 2, locationNumFilters: 2,
        locationFilterSize: 9, locationFilterPadding: .valid), .whole),
    .init(
      "dynamic convolution",
      DynamicConvolutionAttention(
        sourceName: "source", maxForwardStep: 2, priorAlpha: 0.1, priorBeta: 0.9,
        numStaticFilters: 3, numDynamicFilters: 2, dynamicFilterHiddenDim: 4), .whole),
    .init(
      "dynamic convolution behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        DynamicConvolutionAttention(
          sourceName: "source", maxForwardStep: 1, priorAlpha: 2, priorBeta: 1,
          numStaticFilters: 1, numDynamicFilters: 1, dynamicFilterHiddenDim: 2),
      ]), .whole),
    .init(
      "a decoder",
      Autoregressive(
        layer: [
          RNN(cell: .lstm(units: 4)),
          Skip([AdditiveAttention(sourceName: "source", numHeads: 1, unitsPerHead: 3), Flatten()]),
        ],
        feedbackLayer: [Slice(slices: [.range(start: 4)])]), .whole),
    .init(
      "a loop with a streamed condition",
      Autoregressive([
        Conditioning(
          conditioningName: "source", projection: .linear, combination: .add),
        Dense(features: 3, activation: .tanh),
      ]), .streamed),
  ]

  private func check(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    var verifier = ContractVerifier()
    verifier.absoluteTolerance = 1e-5
    let (model, x) = (try run.model(), try run.input(validity))
    let report = try verifier.verify(model, x)
    #expect(report.holds, "\(run.name), \(validity): \(report.violations)")
    let whole = try model.layer(x).y
    for blocks in [[1], [2], [1, 3, 2]] {
      let steps = try model.stepByStep(x, schedule: BlockSchedule(blocks)).y
      expectSame(steps, whole, within: 0, "\(run.name), \(validity), blocks \(blocks)")
    }
    let noisy = try model.layer(try run.input(validity, garbage: .nan)).y
    expectSame(noisy, whole, within: 0, "\(run.name), \(validity), NaN at invalid timesteps")
  }

  private static let validities: [LayerRunCase.Validity] = [.ragged, .gaps]

  @Test("recurrent cells keep the contract", arguments: recurrences, validities)
  func cells(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }

  @Test("loops over blocks keep the contract", arguments: loops, validities)
  func feedback(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }

  @Test("the other layers keep the contract", arguments: others, validities)
  func rest(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }

  @Test("attentions keep the contract", arguments: attentions, validities)
  func attention(_ attention: AttentionCase, _ validity: LayerRunCase.Validity) throws {
    try attention.verify(validity, sourceLocation: #_sourceLocation)
    try attention.checkSteps(validity, sourceLocation: #_sourceLocation)
  }
}
