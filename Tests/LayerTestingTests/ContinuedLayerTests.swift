import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// A whole sequence that continues from a state, and what layers emit as far as it is known before they run.
@Suite struct ContinuedLayerTests {
  @Test(
    "the rest of a sequence from a state is the rest of the whole sequence",
    arguments: try TestedLayers.names(without: TestedLayers.wholeOnly))
  func rest(_ name: String) throws {
    let made = try TestedLayers.cases(of: name, count: 1) { $0.model.layer.supportsStep }[0]
    let (model, layer) = (made.model, made.model.layer)
    let stream = try model.makeStream(batch: made.input.batch, constants: made.constants)
    let cut = 2 * stream.blockSize
    guard made.input.time > cut else { return }
    _ = try stream.step(made.input.timesteps(0..<cut))
    let before = stream.snapshot().digest
    let rest = try stream.layer(made.input.timesteps(cut..<made.input.time)).y
    #expect(stream.snapshot().digest == before && stream.position == cut)
    let whole = try model.layer(made.input, constants: made.constants).y
    let start = min((Rational(cut) * layer.outputRatio).ceiling, whole.time)
    let want = whole.timesteps(start..<whole.time)
    let time = max(want.time, rest.time)
    let (a, b) = (rest.padded(by: time - rest.time), want.padded(by: time - want.time))
    #expect(a.mask.bitsEqual(b.mask), "\(made.text)")
    #expect(a.maskedInvalid().values.bitsEqual(b.maskedInvalid().values), "\(made.text)")
  }

  @Test("emits have the channels that were announced", arguments: try TestedLayers.names())
  func emits(_ name: String) throws {
    for made in try TestedLayers.cases(of: name, count: 2) {
      let model = made.model
      let specs = try model.emitSpecs(
        batch: made.input.batch, time: made.input.time, constants: made.constants.specs)
      let emits = try model.layer(
        made.input, constants: made.constants, options: RunOptions(emits: true)
      ).emits
      #expect(specs == emits.mapValues(\.channelSpec), "\(made.text)")
    }
  }
}
