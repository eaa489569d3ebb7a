import LayerTesting
import Layers
import Runtime
import Testing

/// What layers announce of time is what they do.
@Suite struct OutputTimeTests {
  /// Left out: `GlobalEinopsRearrange`, whose length depends on channels.
  @Test(
    "an output is as long as announced",
    arguments: try TestedLayers.names(without: ["GlobalEinopsRearrange"]))
  func length(_ name: String) throws {
    for made in try TestedLayers.cases(of: name, count: 6) {
      let output = try made.model.layer(made.input, constants: made.constants).y
      #expect(made.model.layer.outputTime(for: made.input.time) == output.time, "\(made.text)")
    }
  }
}
