import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What layers of one name mean in the original's TensorFlow library, chosen by fields.
@Suite struct OriginalMeaningTests {
  private static let ahead = Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal)
  private static let shift = Delay(length: 2, keepLength: true, validStart: true)

  static let cases: [LayerRunCase] = [
    .init("shift of teacher forcing", shift),
    .init(
      "a longer shift than the sequence", Delay(length: 12, keepLength: true, validStart: true)),
    .init("shift with an invalid start", Delay(length: 2, keepLength: true)),
    .init("delay with a valid start", Delay(length: 2, validStart: true)),
    .init("shift behind a latency", Serial([ahead, shift, LSTM(units: 2)])),
    .init(
      "shift behind a longer latency", Serial([ahead, ahead, Delay(length: 3, validStart: true)])),
    .init(
      "rotary between two scales", ApplyRotaryPositionalEncoding(maxWavelength: 90, minTimescale: 2)
    ),
    .init(
      "transposed convolution, all taps valid",
      Conv1DTranspose(
        filters: 3, kernelSize: 5, strides: 2, padding: .causalValid, reverseKernel: true)),
    .init(
      "transposed convolution of single taps",
      Conv1DTranspose(filters: 3, kernelSize: 2, strides: 2, padding: .causalValid)),
    .init("projected shortcut", Residual([Dense(features: 3)], projectShortcut: true)),
    .init(
      "projected shortcut of several axes",
      Residual([DenseShaped(outputShape: [2, 3]), Tanh()], projectShortcut: true),
      ChannelSpec([2, 2])),
    .init(
      "in blocks",
      Blockwise(
        childLayer: Serial([
          Conv1D(filters: 3, kernelSize: 4, padding: .causal), LSTM(units: 3),
          Downsample1D(rate: 2),
        ]), blockSize: 4, layerInBlocks: true), time: 13),
    .init(
      "in blocks with a latency",
      Blockwise(
        childLayer: Serial([ahead, Conv1D(filters: 3, kernelSize: 4, padding: .causal)]),
        blockSize: 3, layerInBlocks: true), time: 10),
    .init(
      "in blocks in training",
      Blockwise(
        childLayer: Serial([Dropout(rate: 0.5), Dense(features: 3)]), blockSize: 2,
        layerInBlocks: true), training: true),
  ]

  @Test(
    "they keep the contract, and steps are the layer", arguments: cases,
    [LayerRunCase.Validity.ragged, .gaps])
  func contract(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
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
  }

  private func sequence(_ values: [Float], channels: Int = 1, mask: [Bool]? = nil) throws
    -> SequenceTensor
  {
    let time = values.count / channels
    return try SequenceTensor(
      values: Tensor(values, shape: [1, time, channels]),
      mask: Tensor(mask ?? Array(repeating: true, count: time), shape: [1, time]))
  }

  @Test("the shift of teacher forcing begins with zeros that count and leaves out the end")
  func shift() throws {
    let model = try Model(Self.shift, input: ChannelSpec([1]))
    let y = try model.layer(try sequence([1, 2, 3, 4])).y
    #expect(y.values.doubles() == [0, 0, 1, 2])
    #expect(y.mask.elements(as: Bool.self) == [true, true, true, true])
  }

  @Test("a transposed convolution can give its kernel in order, and be valid where all inputs are")
  func impulse() throws {
    let model = try Model(
      Conv1DTranspose(
        filters: 1, kernelSize: 4, strides: 2, padding: .causalValid, useBias: false,
        reverseKernel: true), input: ChannelSpec([1]))
    model[parameter: "kernel"] = Tensor([1, 2, 3, 4] as [Float], shape: [4, 1, 1])
    let y = try model.layer(try sequence([1, 0, 0], mask: [true, true, true])).y
    #expect(y.values.doubles() == [1, 2, 3, 4, 0, 0])
    let gap = try model.layer(try sequence([1, 9, 1], mask: [true, false, true])).y
    #expect(gap.mask.elements(as: Bool.self) == [true, true, false, false, false, false])
  }

  @Test("normalised components are densities")
  func density() throws {
    let places = 5
    let source = try SequenceTensor(
      values: Tensor((0..<places).map { Float($0) }, shape: [1, places, 1]))
    let constants: Constants = ["source": .sequence(source)]
    let model = try Model(
      GmmAttention(
        sourceName: "source", numHeads: 1, unitsPerHead: 2, numComponents: 1, monotonic: false,
        initOffsetBias: 1.5, initScaleBias: 0.5, hiddenUseBias: true, normalized: true),
      input: ChannelSpec([2]), constants: constants.specs)
    #expect(model.parameterSpecs.map(\.path).contains("hidden/bias"))
    model[parameter: "output/kernel"] = Tensor(repeating: 0, shape: [1, 2, 1, 3])
    let output = try model.layer(
      try sequence([1, 2], channels: 2), constants: constants, options: RunOptions(emits: true))
    let (offset, deviation) = (log1p(exp(1.5)), log1p(exp(0.5)))
    let variance = deviation * deviation
    let want = (0..<places).map { place -> Double in
      let distance = Double(place) - offset
      return exp(-distance * distance / (2 * variance)) / (2 * Double.pi * variance).squareRoot()
    }
    let got = try #require(output.emits["probabilities_by_source/source"]).values.doubles()
    for (a, b) in zip(got, want) { #expect(abs(a - b) < 1e-5) }
  }

  @Test("rotation goes from the shortest to the longest wavelength")
  func rotary() throws {
    let model = try Model(
      ApplyRotaryPositionalEncoding(maxWavelength: 32, minTimescale: 2), input: ChannelSpec([4]))
    let x = try sequence([1, 1, 0, 0, 1, 1, 0, 0], channels: 4)
    let y = try model.layer(x).y.values.doubles()
    let angles = [1 / 2.0, 1 / (2 * 4.0)]
    for (channel, angle) in angles.enumerated() {
      #expect(abs(y[4 + channel] - cos(angle)) < 1e-6)
      #expect(abs(y[6 + channel] - sin(angle)) < 1e-6)
    }
  }

  @Test("a projected shortcut is a map of its own")
  func projection() throws {
    let model = try Model(
      Residual([Dense(features: 1, name: "body")], projectShortcut: true),
      input: ChannelSpec([2]))
    #expect(
      Set(model.parameterSpecs.map(\.path)) == [
        "body/kernel", "body/bias", "residual_projection/kernel", "residual_projection/bias",
      ])
    for (path, values) in [
      ("body/kernel", [1, 2] as [Float]), ("residual_projection/kernel", [10, 20]),
    ] { model[parameter: path] = Tensor(values, shape: [2, 1]) }
    let y = try model.layer(try sequence([1, 1], channels: 2)).y
    #expect(y.values.doubles() == [33])
  }

  @Test("in blocks a long sequence needs the memory of one block")
  func memory() throws {
    let body: [any SequenceLayer] = [
      Conv1D(filters: 64, kernelSize: 3, padding: .causal), Tanh(), Dense(features: 64), Tanh(),
      Conv1D(filters: 1, kernelSize: 3, padding: .causal),
    ]
    let time = 20_000
    let budget = MemoryBudget(1_500_000, origin: "a test")
    let x = try sequence((0..<time).map { Float($0 % 7) })
    let plain = try Model(Serial(body), input: ChannelSpec([1]), memory: budget)
    #expect(throws: MemoryError.self) { try plain.layer(x) }
    let blocks = try Model(
      Blockwise(childLayer: Serial(body), blockSize: 100, layerInBlocks: true),
      input: ChannelSpec([1]), memory: budget)
    let generous = try Model(Serial(body), input: ChannelSpec([1]))
    #expect(try blocks.layer(x).y.values.bitsEqual(generous.layer(x).y.values))
  }

  static let mistakes: [LayerErrorCase] = [
    .init(
      Conv1DTranspose(filters: 3, kernelSize: 3, dilationRate: 3, padding: .causalValid),
      ChannelSpec([4]),
      "(Conv1DTranspose).padding: found causal_valid with a dilation of 3, "
        + "expected a dilation of 1; use causal"),
    .init(
      Delay(length: 1, delayLayerOutput: false, keepLength: true), ChannelSpec([4]),
      "(Delay).keepLength: found true with delayLayerOutput false, "
        + "expected a delay of the whole sequence too; set delayLayerOutput to true"),
    .init(
      Blockwise(childLayer: ReverseSequence(), blockSize: 2, layerInBlocks: true), ChannelSpec([4]),
      "(Blockwise).layerInBlocks: found a layer that cannot step: "
        + "\(ReverseSequence().stepObstacle ?? ""), expected one that can run block by block"),
    .init(
      ApplyRotaryPositionalEncoding(maxWavelength: 10, minTimescale: 0), ChannelSpec([4]),
      "(ApplyRotaryPositionalEncoding).minTimescale: found 0.0, expected a positive number"),
  ]

  @Test("mistakes are refused with what to do", arguments: mistakes)
  func refusal(_ mistake: LayerErrorCase) { mistake.check() }
}
