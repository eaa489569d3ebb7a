import Layers
import Runtime
import Tensors
import Testing

@Suite struct EdgeInputTests {
  private static let scalars = ChannelSpec([])
  private static let integers = ChannelSpec([], .int32)

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
