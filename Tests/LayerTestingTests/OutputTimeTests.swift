import LayerTesting
import Layers
import Runtime
import Testing

/// What layers announce of time is what they do.
@Suite struct OutputTimeTests {
  private static let layers: [String] = LayerRegistry.builtIn.entries.filter(\.isAvailable)
    .map(\.table.message)
    .filter { !["EmbeddingTranspose", "Lambda", "GlobalEinopsRearrange"].contains($0) }

  /// Left out: layers that a generator of single layers does not make, and `GlobalEinopsRearrange`, whose
  /// length depends on channels.
  @Test("an output is as long as announced", arguments: layers)
  func length(_ name: String) throws {
    let entry = try #require(LayerRegistry.builtIn.entry(message: name))
    for seed in 1...6 {
      var cases = RandomCases(seed: UInt64(seed))
      guard let made = cases.single(entry) else { continue }
      let output = try made.model.layer(made.input, constants: made.constants).y
      #expect(made.model.layer.outputTime(for: made.input.time) == output.time, "\(made.text)")
    }
  }
}
