import Foundation
import LayerTesting
import Layers
import Models
import Notation
import Runtime
import Tensors
import Testing

/// The original's examples: what is known of them, and their contract.
@Suite struct ExampleModelTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sessions/models")

  @Test("the spec in Sessions/models is the one that Models makes", arguments: ExampleModel.all)
  func spec(_ example: ExampleModel) throws {
    let file = Self.folder.appending(path: example.name + ".textproto")
    let made = try LayerNotation().text(of: example.layer)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try made.write(to: file, atomically: true, encoding: .utf8)
    }
    let stored = try String(contentsOf: file, encoding: .utf8)
    #expect(stored == made, "UPDATE_SNAPSHOTS=1 writes it")
    #expect(areEqual(try LayerNotation().layer(made, as: .text), example.layer))
  }

  @Test("has the parameters, shape, block, ratio and latencies", arguments: ExampleModel.all)
  func facts(_ example: ExampleModel) throws {
    let layer = example.layer
    #expect(layer.supportsStep == example.steps)
    #expect(layer.blockSize == example.block)
    #expect(layer.outputRatio == example.ratio)
    #expect(layer.inputLatency == example.inputLatency)
    #expect(layer.outputLatency == example.outputLatency)
    let spec = try layer.outputSpec(for: example.input, constants: example.constants)
    #expect(spec.shape == example.output)
    // Traced, not made: the largest would take gigabytes.
    let time = example.name.hasPrefix("wavernn") ? 1200 : 2 * example.block
    let trace = try LayerTracer(layer, memory: .unlimited).layer(
      TraceRequest(batch: 1, time: time, input: example.input, constants: example.constants))
    var counts: [ParameterSpec.Collection: Int] = [:]
    for parameter in trace.parameters {
      counts[parameter.collection, default: 0] += parameter.shape.elementCount
    }
    #expect(counts[.parameters, default: 0] == example.parameters)
    #expect(counts[.statistics, default: 0] == example.statistics)
  }

  @Test("the small one is that of the original's numbers in Tests/Fixtures")
  func fixtures() throws {
    let fixtures = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Tests/Fixtures/conformance/models")
    let names = [
      "gemma3n-audio-encoder", "transformer-encoder", "transformer-decoder", "conformer-encoder",
    ]
    for example in ExampleModel.all where names.contains(example.name) {
      let folder = fixtures.appending(path: example.name)
      let file = folder.appending(path: "spec.textproto")
      if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try LayerNotation().text(of: example.small).write(
          to: file, atomically: true, encoding: .utf8)
      }
      let text = try String(contentsOf: file, encoding: .utf8)
      let layer = try LayerNotation().layer(text, as: .text)
      #expect(areEqual(layer, example.small))
    }
  }

  @Test("a small one keeps the contract", arguments: ExampleModel.all)
  func contract(_ example: ExampleModel) throws {
    let (model, x, constants) = try example.smallModel()
    var verifier = ContractVerifier()
    verifier.probes = false
    let report = try verifier.verify(model, x, constants: constants)
    #expect(report.violations.isEmpty, "\(report.violations)")
    #expect(report.checked.contains(.step) == example.steps)
  }
}

extension ExampleModel {
  /// The small one with an input and constants of two rows.
  func smallModel() throws -> (Model, SequenceTensor, Constants) {
    let time = 12 * block
    let x = try Self.numbers(smallInput, rows: 2, time: time, seed: 1)
    var given: Constants = [:]
    for (name, constant) in smallConstants {
      let length = constant.upsampling == 0 ? 7 : time / constant.upsampling
      given[name] = .sequence(
        try Self.numbers(ChannelSpec([constant.channels]), rows: 2, time: length, seed: 5))
    }
    let model = try Model(
      small, input: smallInput, constants: given.specs, seed: 3, time: time)
    return (model, x, given)
  }

  /// Numbers from -1 to 1, or 0 and 1; the second row ends at two thirds.
  static func numbers(
    _ spec: ChannelSpec, rows: Int, time: Int, seed: UInt32
  ) throws -> SequenceTensor {
    let shape = [rows, time] + spec.shape
    let words = (0..<shape.elementCount).map {
      Philox.words(key: [seed, 0], counter: [UInt32($0), 0, 0, 0])[0]
    }
    let values =
      spec.dtype == .int32
      ? Tensor(words.map { Int32($0 >> 31) }, shape: shape)
      : Tensor(words.map { 2 * Philox.uniform($0) - 1 }, shape: shape)
    return try SequenceTensor(
      values: values, lengths: (0..<rows).map { time - $0 * time / 3 }
    ).maskedInvalid()
  }
}
