import Foundation
import Layers
import ONNX
import Runtime
import Tensors
import Testing
import Weights

/// Real models from packages, against ONNX Runtime.
@Suite struct ModelTests {
  @Test("real models give what ONNX Runtime gives, in steps and whole")
  func models() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "onnx-models-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let cache = ProcessInfo.processInfo.environment["ONNX_MODELS"].map { [$0] } ?? []
    let made = OracleProgram.run("onnx_models.py", [folder.path()] + cache)
    guard made.status == 0 else {
      print("skipped real models: \(made.output.split(separator: "\n").last ?? "")")
      return
    }
    for name in made.output.split(separator: "\n").map(String.init) {
      try check(name, folder.appending(path: "\(name).safetensors").path())
    }
  }

  private func check(_ name: String, _ path: String) throws {
    let file = try Safetensors(path: path)
    let graph = try OnnxGraph(file: file.metadata["file"] ?? "")
    let x = try SequenceTensor(values: try file.tensor("input"))
    let model = try Model(graph, input: x.channelSpec)
    let stream = try model.makeStream()
    var steps: [Double] = []
    for start in stride(from: 0, to: x.time, by: graph.blockSize) {
      steps += try stream.step(x.timesteps(start..<start + graph.blockSize)).y.values.doubles()
    }
    Self.compare("\(name) in steps", steps, try file.tensor("step").doubles())
    guard file.names.contains("whole") else { return }
    let layer = try model.layer(x).y.values.doubles()
    Self.compare("\(name) as a whole", layer, try file.tensor("whole").doubles())
  }

  private static func compare(_ name: String, _ got: [Double], _ want: [Double]) {
    let largest = want.map(abs).max() ?? 0
    let worst = zip(got, want).map { abs($0 - $1) }.max() ?? 0
    print("\(name): \(worst / max(largest, 1e-30)) of the largest magnitude")
    #expect(got.count == want.count, "\(name)")
    #expect(worst <= 1e-5 * largest, "\(name)")
  }
}
