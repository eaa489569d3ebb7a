import Foundation
import Layers
import Notation
import Runtime
import Serialization
import Tensors
import Testing
import Weights

/// Silero VAD on our own layers, its weights by named rules, against ONNX Runtime.
@Suite struct SileroTests {
  private static let models = OracleProgram.root.appending(path: "Sessions/models")

  private func model(_ weights: Safetensors, input: ChannelSpec) throws -> Model {
    let spec = Self.models.appending(path: "silero-vad.textproto").path()
    let map = Self.models.appending(path: "silero-vad.map").path()
    let notation = LayerNotation()
    let layer = try notation.registry.makeLayer(
      notation.read(try ByteFile(path: spec).readAll(), as: .text).spec)
    let model = try Model(layer, input: input)
    let text = String(decoding: try ByteFile(path: map).readAll(), as: UTF8.self)
    let result = try WeightMap(text, path: map).apply(weights.names) { try weights.tensor($0) }
    #expect(result.unmatched == [] && result.idle == [])
    _ = try model.load(
      Safetensors(bytes: Safetensors.encoded(result.tensors), name: "silero-vad"))
    return model
  }

  @Test("Silero VAD on our own layers gives what ONNX Runtime gives, in steps and whole")
  func silero() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "silero-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let cache = ProcessInfo.processInfo.environment["ONNX_MODELS"].map { [$0] } ?? []
    let made = OracleProgram.run("silero.py", [folder.path()] + cache)
    guard made.status == 0 else {
      print("skipped Silero VAD: \(made.output.split(separator: "\n").last ?? "")")
      return
    }
    let given = try Safetensors(path: folder.appending(path: "case.safetensors").path())
    let weights = try Safetensors(path: folder.appending(path: "weights.safetensors").path())
    let x = try SequenceTensor(values: try given.tensor("input"))
    let want = try given.tensor("probability").doubles()
    let model = try model(weights, input: x.channelSpec)
    let stream = try model.makeStream()
    #expect(stream.blockSize == 512)
    let steps = try stream.step(x).y.values.doubles()
    let whole = try model.layer(x).y.values.doubles()
    #expect(steps == whole && steps.count == want.count)
    let worst = zip(steps, want).map { abs($0 - $1) }.max() ?? .infinity
    print("\(made.output); Silero VAD on our own layers: \(worst)")
    #expect(worst <= 1e-4)
  }
}
