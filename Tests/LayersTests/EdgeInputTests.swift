import Layers
import Runtime
import Tensors
import Testing

@Suite struct EdgeInputTests {
  private static let scalars = ChannelSpec([])
  private static let integers = ChannelSpec([], .int32)
  private static let plane = ChannelSpec([3, 2])

  static let layers: [LayerRunCase] = [
    .init("identity", Identity(), scalars), .init("mask invalid", MaskInvalid(), scalars),
    .init("relu", Relu(), scalars), .init("gelu", Gelu(approximate: false), scalars),
    .init("softmax", Softmax()), .init("log", Log(), scalars), .init("elu", Elu(), scalars),
    .init("scale", Scale(scale: 0.5), scalars), .init("affine", Affine(), scalars),
    .init("snake", Snake(separateBeta: true), scalars), .init("prelu", PRelu(), scalars),
    .init("gate", GatedTanhUnit()), .init("flatten", Flatten(), scalars),
    .init("reshape", Reshape(outputShape: [1, 1]), scalars),
    .init("expand", ExpandDims(axis: 0), scalars), .init("squeeze", Squeeze(), scalars),
    .init("transpose", Transpose(), scalars),
    .init("mean of nothing", Mean(axisNone: true), scalars),
    .init("one hot", OneHot(depth: 3), integers),
    .init("embedding", Embedding(dimension: 2, numEmbeddings: 3), integers),
    .init("dense shaped", DenseShaped(outputShape: []), scalars),
    .init("einsum", EinsumDense(equation: "...,a->...a", outputShape: [3], biasAxes: "a"), scalars),
    .init("layer norm", LayerNormalization()), .init("rms norm", RMSNormalization()),
    .init("batch norm", BatchNormalization()),
    .init("group norm", GroupNormalization(numGroups: 2)),
    .init("groups so far", GroupNormalization(numGroups: 2, cumulative: true)),
    .init("timing", AddTimingSignal(), scalars),
    .init("rotary", ApplyRotaryPositionalEncoding(maxWavelength: 10)),
    .init("delay", Delay(length: 2), scalars), .init("lookahead", Lookahead(length: 2), scalars),
    .init("downsample", Downsample1D(rate: 4), scalars),
    .init("upsample", Upsample1D(rate: 3), scalars),
    .init("dropout", Dropout(rate: 0.5), scalars, training: true),
    .init("conv", Conv1D(filters: 2, kernelSize: 5, padding: .causal)),
    .init(
      "conv, all modes in one",
      Serial(
        [PaddingMode.causalValid, .reverseCausal, .reverseCausalValid, .semicausal].map {
          Conv1D(filters: 2, kernelSize: 4, padding: $0)
        })),
    .init("conv, full", Conv1D(filters: 2, kernelSize: 4, strides: 2, padding: .semicausalFull)),
    .init("conv, valid", Conv1D(filters: 2, kernelSize: 5)),
    .init("conv, same", Conv1D(filters: 2, kernelSize: 5, padding: .same)),
    .init("conv over space", Conv2D(filters: 2, kernelSize: [5, 1], timePadding: .causal), plane),
    .init("conv over volumes", Conv3D(filters: 2, kernelSize: 3), ChannelSpec([1, 1, 1])),
    .init("depthwise conv", DepthwiseConv1D(kernelSize: 5, padding: .reverseCausal)),
    .init(
      "separable conv over space",
      SeparableConv2D(
        filters: 3, kernelSize: 3, strides: 1, spatialPadding: .same, depthMultiplier: 2), plane),
    .init("sinc", SincFilter1D(kernelSize: 6, cutoff: 0.2)),
    .init("sinc upwards", SincFilter1DTranspose(kernelSize: 6, strides: 3)),
    .init(
      "transposed conv", Conv1DTranspose(filters: 2, kernelSize: 5, strides: 2, padding: .causal)),
    .init("transposed conv, valid", Conv1DTranspose(filters: 2, kernelSize: 5, strides: 2)),
    .init(
      "transposed conv over space",
      Conv2DTranspose(filters: 2, kernelSize: 3, strides: 2, timePadding: .causal), plane),
    .init("max pool", MaxPooling1D(poolSize: 5, padding: .causal), scalars),
    .init("max pool of integers", MaxPooling1D(poolSize: 3, padding: .reverseCausal), integers),
    .init("min pool of integers", MinPooling1D(poolSize: 3, padding: .semicausal), integers),
    .init(
      "mean of integers", AveragePooling1D(poolSize: 3, padding: .causal, maskedAverage: true),
      integers),
    .init("mean pool", AveragePooling2D(poolSize: 4, timePadding: .causalValid), plane),
    .init("pool, valid", MaxPooling1D(poolSize: 5), scalars),
    .init("frames", Frame(frameLength: 5, frameStep: 2), scalars),
    .init(
      "spectra", STFT(frameLength: 5, frameStep: 2, fftLength: 8, outputMagnitude: true), scalars),
    .init("transform", RFFT()), .init("there and back", Serial([RFFT(), FFT(), IFFT(), Abs()])),
    .init(
      "overlap and add", OverlapAdd(frameLength: 4, frameStep: 2, padding: .causal)),
    .init("overlap and add, valid", OverlapAdd(frameLength: 4, frameStep: 2)),
    .init(
      "overlap and add, full", OverlapAdd(frameLength: 4, frameStep: 2, padding: .semicausalFull)),
    .init(
      "samples", Serial([RFFT(), InverseSTFT(frameLength: 4, frameStep: 2, fftLength: 4)])),
    .init("lstm", LSTM(units: 2)), .init("rglru", RGLRU(units: 4, numHeads: 2)),
    .init("complex rglru", RGLRU(units: 4, numHeads: 2, onlyReal: false)),
    .init(
      "noise beside",
      NoiseConditioning(
        noiseChannelShape: [2], noiseSampler: .normal(mean: 0, stddev: 1), projection: .identity,
        combination: .concat)),
    .init("squeeze time", SqueezeTime(factor: 4), scalars),
    .init("unsqueeze", Unsqueeze(factor: 4)),
    .init("reversal", ReverseSequence(), scalars),
    .init("instance norm", InstanceNormalization()),
    .init("spectrogram", Spectrogram(frameLength: 6, frameStep: 2, fftLength: 8), scalars),
    .init("assertion", AssertChannelSpec(expectedDtype: .float32), scalars),
    .init("sequence dense", SequenceDense(features: 2, numSteps: 2)),
    .init("masked dense", MaskedDense(features: 2, numSteps: 2)),
  ]

  @Test(
    "an empty time axis and rows without a valid timestep are inputs like others", arguments: layers
  )
  func edgeInputs(_ run: LayerRunCase) throws {
    let model = try run.model()
    for (validity, time) in [(LayerRunCase.Validity.full, 0), (.none, 1), (.ragged, 3)] {
      let x = try run.input(validity, time: time)
      let whole = try model.layer(x).y
      #expect(whole.batch == 3)
      #expect(whole.channelSpec == model.output)
      guard run.layer.supportsStep else { continue }
      expectSame(try model.stepByStep(x).y, whole, "\(run.name), \(validity), \(time) timesteps")
    }
  }
}
