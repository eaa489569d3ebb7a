import Comparison
import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// What every layer inside gives in steps is what it gives in the whole sequence.
@Suite struct StepTapsTests {
  @Test(
    "outputs of layers inside agree, masks and lengths included",
    arguments: try TestedLayers.names(without: TestedLayers.wholeOnly))
  func taps(_ name: String) throws {
    let cases = try TestedLayers.cases(of: name, count: 6) { $0.model.layer.supportsStep }
    for made in cases {
      for blocks in [[1], [1, 3, 2]] {
        let options = RunOptions(taps: true)
        let whole = try made.model.layer(made.input, constants: made.constants, options: options)
        let steps = try made.model.stepByStep(
          made.input, constants: made.constants, schedule: BlockSchedule(blocks), options: options)
        let stream = try made.model.makeStream(batch: made.input.batch, constants: made.constants)
        var compared = 0
        for place in stream.layers {
          guard let want = whole.taps[place.path], let tap = steps.taps[place.path] else {
            continue
          }
          compared += 1
          let got = tap.timesteps(min(max(0, place.outputLatency), tap.time)..<tap.time)
          let bound = Tolerance(relative: 1e-4, absolute: 1e-4)
          let found = ArrayComparison.difference(got: got, want: want, bound)
          #expect(found == nil, "\(place.path), \(blocks): \(found?.text ?? "")\n\(made.text)")
        }
        #expect(compared > 0, "\(made.text)")
      }
    }
  }
}
