import Foundation
import Layers
import Notation
import Testing

@Suite("Printed Swift compiles")
struct PrintedSwiftTests {
  private static let names = [
    "Serial", "Parallel", "Residual", "Repeat", "Bidirectional", "Blockwise", "Conv1D", "Dense",
    "LSTM", "DotProductSelfAttention", "Scale", "Slice", "EinopsRearrange", "AddNoise", "Dropout",
    "Embedding", "LayerNormalization", "GatedUnit", "DenseShaped", "Mean", "Cast", "Delay",
  ]
  private let notation = LayerNotation()

  private func specs() throws -> [SpecNode] {
    try (0..<20).map { index in
      var random = RandomSpec(seed: 1000 + index, among: PrintedSwiftTests.names)
      return try random.stack(depth: 2)
    }
  }

  @Test("the compiled file is what the printer prints; if not, set UPDATE_SNAPSHOTS=1")
  func text() throws {
    var source = """
      // swift-format-ignore-file
      // Printed by the Swift printer; PrintedSwiftTests compares and renews it.

      import Layers
      import Tensors

      enum PrintedStacks {
        static let all: [any SequenceLayer] = [

      """
    let specs = try specs()
    source += specs.indices.map { "    stack\($0),\n" }.joined() + "  ]\n}\n"
    for (index, spec) in specs.enumerated() {
      source += "\nprivate let stack\(index) = \(notation.swift(spec, width: 78))\n"
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "PrintedStacks.swift")
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try source.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == source)
  }

  @Test("the compiled values equal the originals")
  func values() throws {
    let specs = try specs()
    #expect(PrintedStacks.all.count == specs.count)
    for (spec, layer) in zip(specs, PrintedStacks.all) {
      #expect(try SpecNode(layer: layer) == spec)
      #expect(areEqual(layer, try LayerRegistry.builtIn.makeLayer(spec)))
    }
  }
}
