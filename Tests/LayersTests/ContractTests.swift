import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// Every layer of these families keeps the contract, whatever lies at invalid timesteps.
@Suite struct ContractTests {
  private static let plane = ChannelSpec([5, 2])
  private static let volume = ChannelSpec([3, 4, 2])
  private static let modes: [PaddingMode] = [
    .causal, .causalValid, .reverseCausal, .reverseCausalValid, .semicausal, .semicausalFull,
  ]

  static let convolutions: [LayerRunCase] =
    PaddingMode.allCases.flatMap { mode -> [LayerRunCase] in
      [
        .init("Conv1D \(mode)", Conv1D(filters: 3, kernelSize: 3, strides: 2, padding: mode)),
        .init(
          "Conv1D \(mode), dilated",
          Conv1D(filters: 4, kernelSize: 3, dilationRate: 2, padding: mode, groups: 2)),
        .init(
          "DepthwiseConv1D \(mode)",
          DepthwiseConv1D(kernelSize: 4, strides: 3, depthMultiplier: 2, padding: mode)),
        .init(
          "SeparableConv1D \(mode)",
          SeparableConv1D(filters: 3, kernelSize: 3, strides: 2, padding: mode)),
        .init(
          "NormalizedDepthwiseConv1D \(mode)",
          NormalizedDepthwiseConv1D(kernelSize: 3, depthMultiplier: 2, padding: mode, numHeads: 2)),
        .init(
          "DepthwiseConv2D \(mode)",
          DepthwiseConv2D(
            kernelSize: [3, 2], strides: 1, spatialPadding: .same, depthMultiplier: 2,
            timePadding: mode), plane),
        .init("SincFilter1D \(mode)", SincFilter1D(kernelSize: 4, cutoff: 0.25, padding: mode)),
        .init(
          "Conv2D \(mode)",
          Conv2D(
            filters: 2, kernelSize: [3, 2], strides: [2, 1], dilationRate: [1, 2],
            timePadding: mode), plane),
        .init(
          "Conv3D \(mode)",
          Conv3D(filters: 2, kernelSize: 2, strides: [1, 2, 1], timePadding: mode),
          volume, time: 6),
      ]
    }

  static let transposed: [LayerRunCase] =
    [PaddingMode.valid, .same, .causal, .semicausalFull].flatMap { mode -> [LayerRunCase] in
      [
        .init(
          "Conv1DTranspose \(mode)",
          Conv1DTranspose(filters: 3, kernelSize: 5, strides: 2, padding: mode)),
        .init(
          "Conv1DTranspose \(mode), dilated",
          Conv1DTranspose(filters: 3, kernelSize: 3, strides: 2, dilationRate: 2, padding: mode)),
        .init(
          "Conv2DTranspose \(mode)",
          Conv2DTranspose(
            filters: 2, kernelSize: [3, 2], strides: 2, timePadding: mode,
            spatialPadding: .explicit(left: 1, right: 0)), plane, time: 6),
      ]
    }

  static let pools: [LayerRunCase] =
    PaddingMode.allCases.flatMap { mode -> [LayerRunCase] in
      [
        .init("MaxPooling1D \(mode)", MaxPooling1D(poolSize: 3, strides: 2, padding: mode)),
        .init("MinPooling1D \(mode)", MinPooling1D(poolSize: 2, dilationRate: 2, padding: mode)),
        .init(
          "AveragePooling1D \(mode)",
          AveragePooling1D(poolSize: 3, strides: 2, padding: mode, maskedAverage: true)),
        .init(
          "MaxPooling2D \(mode)", MaxPooling2D(poolSize: [3, 2], strides: 2, timePadding: mode),
          plane),
        .init("MinPooling2D \(mode)", MinPooling2D(poolSize: 2, timePadding: mode), plane),
        .init(
          "AveragePooling2D \(mode)",
          AveragePooling2D(poolSize: [2, 3], timePadding: mode, maskedAverage: true), plane),
        .init(
          "MaxPooling3D \(mode)", MaxPooling3D(poolSize: 2, timePadding: mode), volume, time: 5),
        .init(
          "MinPooling3D \(mode)", MinPooling3D(poolSize: 2, timePadding: mode), volume, time: 5),
        .init(
          "AveragePooling3D \(mode)", AveragePooling3D(poolSize: 2, strides: 2, timePadding: mode),
          volume, time: 5),
      ]
    }

  static let signals: [LayerRunCase] =
    modes.flatMap { mode -> [LayerRunCase] in
      [
        .init(
          "Frame \(mode)", Frame(frameLength: 4, frameStep: 2, padding: .mode(mode)),
          ChannelSpec([])),
        .init(
          "STFT \(mode)",
          STFT(
            frameLength: 6, frameStep: 2, fftLength: 8, timePadding: mode, outputMagnitude: true),
          ChannelSpec([])),
      ]
    } + [
      .init(
        "Frame 2 + 1", Frame(frameLength: 4, frameStep: 2, padding: .explicit(left: 2, right: 1)),
        ChannelSpec([])),
      .init("RFFT", RFFT()), .init("RDFT", RDFT(dftLength: 6, outputMagnitude: true)),
      .init(
        "Spectrogram", Spectrogram(frameLength: 6, frameStep: 2, fftLength: 8), ChannelSpec([])),
      .init("SqueezeTime", SqueezeTime(factor: 3)),
      .init("SqueezeTime valid", SqueezeTime(factor: 3, padding: .valid)),
      .init("SqueezeTime, then Unsqueeze", Serial([SqueezeTime(factor: 2), Unsqueeze(factor: 2)])),
      .init("ReverseSequence", ReverseSequence()),
      .init("InstanceNormalization", InstanceNormalization(), ChannelSpec([3, 2])),
      .init("Translate", Translate(shift: 0.5)),
      .init("RFFT, then IRFFT", Serial([RFFT(fftLength: 6), IRFFT(frameLength: 4)])),
      .init("FFT, then IFFT", Serial([RFFT(), FFT(), IFFT(), Abs()])),
      .init("Window", Window(axis: -1)),
      .init("OverlapAdd valid", OverlapAdd(frameLength: 4, frameStep: 3, padding: .valid)),
      .init("OverlapAdd causal", OverlapAdd(frameLength: 4, frameStep: 3, padding: .causal)),
      .init(
        "OverlapAdd semicausal_full",
        OverlapAdd(frameLength: 4, frameStep: 2, padding: .semicausalFull)),
      .init(
        "InverseSTFT", Serial([RFFT(), InverseSTFT(frameLength: 4, frameStep: 2, fftLength: 4)])),
      .init(
        "InverseSTFT semicausal_full",
        Serial([
          RFFT(),
          InverseSTFT(frameLength: 8, frameStep: 2, fftLength: 8, timePadding: .semicausalFull),
        ])),
    ]

  static let recurrences: [LayerRunCase] = [
    .init("LSTM", LSTM(units: 3)),
    .init("RGLRU", RGLRU(units: 4, numHeads: 2)),
    .init(
      "RGLRU that begins with the padding of its row",
      Bidirectional(
        forward: RMSNormalization(), backward: RGLRU(units: 4, numHeads: 2), combination: .add)),
    .init("RGLRU, complex", RGLRU(units: 4, numHeads: 2, onlyReal: false)),
    // Beyond the first table all is NaN, which must not reach the last row of the second.
    .init(
      "SequenceDense twice, too long",
      Serial([
        SequenceDense(features: 4, numSteps: 5), SequenceDense(features: 3, numSteps: 5),
      ])),
    .init("SincFilter1DTranspose", SincFilter1DTranspose(kernelSize: 4, strides: 2)),
    .init("AssertChannelSpec", AssertChannelSpec(expectedChannelShape: [4])),
  ]

  private func check(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    var verifier = ContractVerifier()
    verifier.absoluteTolerance = 1e-5
    let report = try verifier.verify(try run.model(), try run.input(validity, garbage: 0))
    #expect(report.holds, "\(run.name), \(validity): \(report.violations)")
  }

  @Test(
    "convolutions keep the contract", arguments: convolutions + transposed,
    [LayerRunCase.Validity.ragged, .gaps])
  func kernelProduct(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }

  @Test(
    "pooling keeps the contract", arguments: pools, [LayerRunCase.Validity.ragged, .gaps])
  func windowFold(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }

  @Test(
    "frames and transforms keep the contract", arguments: signals,
    [LayerRunCase.Validity.ragged, .gaps])
  func spectrum(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }

  @Test(
    "recurrence and filters keep the contract", arguments: recurrences,
    [LayerRunCase.Validity.ragged, .gaps])
  func recurrence(_ run: LayerRunCase, _ validity: LayerRunCase.Validity) throws {
    try check(run, validity)
  }
}
