import Layers
import Runtime
import Tensors
import Testing

/// Configurations that the original refuses or on which its steps differ from its layer.
@Suite struct OriginalDifferencesTests {
  private static let ahead = Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal)
  private static let balanced = Residual(
    layers: [ahead], shortcutLayers: [Delay(length: 2, delayLayerOutput: false)])

  /// One stack for each kind of disagreement between its steps and its layer.
  static let disagreements: [LayerRunCase] = [
    .init(
      "latency in copies of one layer",
      Repeat(layer: Conv1D(filters: 4, kernelSize: 2, padding: .reverseCausal), numRepeats: 3)),
    .init(
      "a dense layer between delay and lookahead",
      Serial([Delay(length: 2), Dense(features: 2), Lookahead(length: 2)])),
    .init(
      "lookaheads about a balanced residual",
      Serial([
        DepthwiseConv1D(kernelSize: 2, padding: .causal), Lookahead(length: 1), balanced,
        Conv1D(filters: 4, kernelSize: 4, padding: .reverseCausal), Lookahead(length: 1),
      ]), time: 12),
    .init(
      "linear recurrence behind a delay",
      Serial([
        Delay(length: 3), RGLRU(units: 4, numHeads: 2), Delay(length: 1), LSTM(units: 2),
      ])),
    .init(
      "linear recurrence beside cumulative groups",
      Serial([
        ahead,
        Parallel(
          [
            RGLRU(units: 4, numHeads: 2), GroupNormalization(numGroups: 2, cumulative: true),
          ], combination: .add),
      ])),
    .init(
      "lookahead between rates",
      Serial([
        Conv1D(filters: 4, kernelSize: 2, strides: 3, padding: .semicausal), Lookahead(length: 2),
        GroupNormalization(numGroups: 2, cumulative: true), Downsample1D(rate: 2), balanced,
      ]), time: 24),
  ]

  @Test("padding in front of a row changes no linear recurrence", arguments: [true, false])
  func recurrenceBehindPadding(_ onlyReal: Bool) throws {
    let run = LayerRunCase("recurrence", RGLRU(units: 4, numHeads: 2, onlyReal: onlyReal))
    let model = try run.model()
    for validity in LayerRunCase.Validity.allCases {
      let x = try run.input(validity)
      let late = try SequenceTensor.concatenate([
        SequenceTensor(
          values: Tensor(repeating: .nan, shape: [3, 5, 4]),
          mask: Tensor(repeating: 0, shape: [3, 5], .bool)), x,
      ])
      let y = try model.layer(x).y
      let shifted = try model.layer(late).y
      expectSame(shifted.timesteps(5..<(5 + x.time)), y, within: 0, "\(validity)")
    }
  }

  @Test(
    "steps equal the layer where the original's do not", arguments: disagreements,
    LayerRunCase.Validity.allCases)
  func agreement(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    let model = try run.model()
    let x = try run.input(validity)
    let whole = try model.layer(x).y
    for blocks in [[1], [2], [1, 3, 2]] {
      let steps = try model.stepByStep(x, schedule: BlockSchedule(blocks)).y
      expectSame(steps, whole, "\(run.name), \(validity), blocks \(blocks)")
    }
    let noisy = try model.layer(try run.input(validity, garbage: .nan)).y
    expectSame(noisy, whole, within: 0, "\(run.name), \(validity), NaN at invalid timesteps")
  }

  /// What the original refuses or fails on by oversight.
  static let accepted: [LayerRunCase] = [
    .init(
      "semicausal_full of a window as long as the stride",
      Conv1DTranspose(filters: 3, kernelSize: 2, strides: 2, padding: .semicausalFull)),
    .init(
      "the same in two dimensions",
      Conv2DTranspose(
        filters: 3, kernelSize: [2, 3], strides: 2, timePadding: .semicausalFull,
        spatialPadding: .mode(.valid)), ChannelSpec([4, 2])),
    .init("a window of nothing", Window(axis: -1, windowFn: .none)),
    .init("scalars made flat", Flatten(), ChannelSpec([])),
    .init("a masked map of too many steps", MaskedDense(features: 2, numSteps: 5), time: 7),
  ]

  @Test("what the original fails on by oversight runs", arguments: accepted)
  func acceptance(_ run: LayerRunCase) throws {
    let model = try run.model()
    let x = try run.input(.ragged)
    let y = try model.layer(x).y
    #expect(y.channelSpec == model.output)
    #expect(y.time > 0)
    guard run.layer.supportsStep else { return }
    expectSame(try model.stepByStep(x).y, y, run.name)
  }

  static let refused: [LayerErrorCase] = [
    .init(
      ExpandDims(axis: [2, 3]), ChannelSpec([]),
      "(ExpandDims).axis: found [2, 3], expected places in the channel shape: 0 to 0, or -1 to -1; "
        + "axes count from the first channel axis here, not from the batch axis"),
    .init(
      Reshape(outputShape: [4, -1]), ChannelSpec([2, 6]),
      "(Reshape).outputShape: found [4, -1], expected extents of 1 or more; "
        + "write out the extent instead of -1"),
  ]

  @Test("what makes no sense is refused with what to do", arguments: refused)
  func refusal(_ mistake: LayerErrorCase) { mistake.check() }
}
