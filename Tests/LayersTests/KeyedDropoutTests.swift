import Layers
import Runtime
import Tensors
import Testing

/// Dropout that does not depend on training or on the model's seed.
@Suite struct KeyedDropoutTests {
  private let ones = Tensor(repeating: 1, shape: [2, 60, 20])

  private func values(
    _ layer: any SequenceLayer, key: Int32 = 3, seed: UInt64 = 1, training: Bool = false,
    rows: [Int] = [0, 1]
  ) throws -> [Double] {
    let constants: Constants = ["key": .array(Tensor([key], shape: []))]
    let model = try Model(
      layer, input: ChannelSpec([20]), constants: constants.specs, seed: seed)
    model.training = training
    let x = try SequenceTensor(values: ones).rows(rows)
    let whole = try model.layer(x, constants: constants).y
    let steps = try model.stepByStep(x, constants: constants, schedule: BlockSchedule([1, 3, 2])).y
    #expect(whole.values.bitsEqual(steps.values))
    return whole.values.doubles()
  }

  @Test(
    "every element is dropped at the rate, the others scaled, at evaluation", arguments: [0.2, 0.7])
  func share(_ rate: Double) throws {
    let layers: [any SequenceLayer] = [
      TacotronDropoutAtEval(rate: rate),
      DeterministicDropout(initialSeedName: "key", rate: rate, alwaysDropout: true),
    ]
    for layer in layers {
      let found = try values(layer)
      let dropped = Double(found.count { $0 == 0 })
      let count = Double(found.count)
      #expect(abs(dropped - rate * count) < 4 * (rate * (1 - rate) * count).squareRoot())
      #expect(found.allSatisfy { $0 == 0 || abs($0 - 1 / (1 - rate)) < 1e-5 })
    }
  }

  @Test("a constant decides what is dropped, not the seed of the model or the place of the layer")
  func key() throws {
    let layer = DeterministicDropout(initialSeedName: "key", alwaysDropout: true)
    let once = try values(layer)
    #expect(try once == values(layer, seed: 9))
    #expect(try once == values(Serial([Identity(), layer])))
    #expect(try once != values(layer, key: 4))
    #expect(try once[1200...].elementsEqual(values(layer, rows: [1])) == false)
    #expect(Array(once[..<1200]) != Array(once[1200...]))
  }

  @Test("it is off outside training unless it is always on")
  func training() throws {
    let layer = DeterministicDropout(initialSeedName: "key", rate: 0.5)
    #expect(try values(layer).allSatisfy { $0 == 1 })
    #expect(try !values(layer, training: true).allSatisfy { $0 == 1 })
  }

  @Test("a noise shape of 1 shares the draw of an axis")
  func noiseShape() throws {
    let rows = try values(
      DeterministicDropout(
        initialSeedName: "key", rate: 0.5, noiseShape: [1, -1, -1], alwaysDropout: true))
    #expect(Array(rows[..<1200]) == Array(rows[1200...]))
    let channels = try values(TacotronDropoutAtEval(rate: 0.5, noiseShape: [-1, -1, 1]))
    for start in stride(from: 0, to: channels.count, by: 20) {
      #expect(Set(channels[start..<(start + 20)]).count == 1)
    }
  }

  private static let number = ConstantSpecs(
    dictionaryLiteral: ("key", ConstantSpec(form: .array, shape: [], dtype: .int32)),
    ("wide", ConstantSpec(form: .array, shape: [2], dtype: .int32)))

  static let mistakes: [LayerErrorCase] = [
    .init(
      DeterministicDropout(initialSeedName: "", rate: 0.5), ChannelSpec([4]),
      "(DeterministicDropout).initialSeedName: found \"\", expected the name of a constant"),
    .init(
      DeterministicDropout(initialSeedName: "kay"), ChannelSpec([4]),
      "(DeterministicDropout).initialSeedName: found no constant \"kay\", expected an array of one "
        + "whole number; did you mean \"key\"?"),
    .init(
      DeterministicDropout(initialSeedName: "wide"), ChannelSpec([4]),
      "(DeterministicDropout).initialSeedName: found \"wide\" of i32[2], expected an array of one "
        + "whole number, int32 or uint32"),
    .init(
      DeterministicDropout(initialSeedName: "key", rate: 1), ChannelSpec([4]),
      "(DeterministicDropout).rate: found 1.0, expected a probability from 0 to below 1"),
    .init(
      DeterministicDropout(initialSeedName: "key", noiseShape: [-1, 1, 4]), ChannelSpec([4]),
      "(DeterministicDropout).noiseShape: found 1 for time, expected -1: every timestep draws for "
        + "itself"),
    .init(
      TacotronDropoutAtEval(noiseShape: [1, 1]), ChannelSpec([4]),
      "(TacotronDropoutAtEval).noiseShape: found [1, 1] for channels [4], expected 1 or -1 for batch "
        + "and time, then 1, -1 or the extent for each channel axis"),
    .init(
      Skip(Downsample1D(rate: 2)), ChannelSpec([4]),
      "(Skip).layer: found an output ratio of 1/2, expected 1; "
        + "put the layer that changes the rate outside the Skip"),
    .init(
      Skip(Reshape(outputShape: [2, 2])), ChannelSpec([4]),
      "(Skip): found an input of [4], a layer's output of [2, 2], "
        + "expected channel shapes that differ in their first axis only"),
    .init(
      Autoregressive(Upsample1D(rate: 2)), ChannelSpec([4]),
      "(Autoregressive).layer: found an output ratio of 2, expected 1 or less"),
    .init(
      Autoregressive(Relu()), ChannelSpec([4]),
      "(Autoregressive): found a layer that makes f32[4] of f32[4] and f32[8] of f32[8], expected an "
        + "output that does not depend on the number of input channels; "
        + "end the layer with one of a fixed number of channels, such as Dense"),
    .init(
      Autoregressive(ReverseSequence()), ChannelSpec([4]),
      "(Autoregressive).layer: found a layer that cannot step: layer_0: "
        + "\(ReverseSequence().stepObstacle ?? ""), "
        + "expected one that can, because its output is fed back block by block"),
    .init(
      Autoregressive([Delay(length: 1), Dense(features: 2)]), ChannelSpec([4]),
      "(Autoregressive).layer: found a layer with a latency of 1 timesteps, "
        + "expected no latency, because its output belongs to the next block of input"),
    .init(
      RNN(cell: [RNNCell]()), ChannelSpec([4]),
      "(RNN).cell: found no cell, expected one cell or more"),
    .init(
      RNN(cell: .gru(units: 0)), ChannelSpec([4]),
      "(RNN).cell.units: found 0, expected 1 or more"),
    .init(
      RNN(cell: .zoneout(cell: .gru(units: 1), zoneoutProbability: 2)), ChannelSpec([4]),
      "(RNN).cell.zoneoutProbability: found 2.0, expected a probability from 0 to 1"),
    .init(
      ConcatTimingSignal(channels: 0), ChannelSpec([4]),
      "(ConcatTimingSignal).channels: found 0, expected 1 or more"),
  ]

  @Test("mistakes are refused with what to do", arguments: mistakes)
  func refusal(_ mistake: LayerErrorCase) { mistake.check(constants: Self.number) }
}
