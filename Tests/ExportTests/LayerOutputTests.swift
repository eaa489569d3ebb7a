import Export
import Foundation
import Layers
import Programs
import Runtime
import Tensors
import Testing

/// Outputs of layers have the layers' paths as names in exported files; nothing else has one name in two files.
@Suite("Names of layer outputs")
struct LayerOutputTests {
  /// The values that nodes of an exported graph give.
  private func names(_ file: String) throws -> Set<String> {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
    let model = try WireReader.fields(bytes[...])
    let graph = try #require(model.first { $0.number == 7 })
    let nodes = try WireReader.fields(graph.field.slice).filter { $0.number == 1 }
    let outputs = try nodes.flatMap { try WireReader.fields($0.field.slice) }
      .filter { $0.number == 2 }
    return Set(outputs.map(\.field.text))
  }

  private func model() throws -> ExportModel {
    let inner = Serial([LSTM(units: 6, name: "lstm"), Dense(features: 3)], name: "inner")
    let layer = Serial([
      Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: "conv"), Relu(),
      Residual([inner, Dense(features: 4, name: "back")]), Dense(features: 2, name: "head"),
    ])
    let x = try SequenceTensor(values: Tensor(repeating: 0.5, shape: [2, 6, 3], .float32))
    return try Model(layer, input: x.channelSpec, seed: 1, time: 6)
      .exported(ExportRequest(input: x))
  }

  @Test("of step and whole sequence alike")
  func onnx() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let place = folder.path(percentEncoded: false)
    _ = try Export.write(try model(), to: place, options: ExportOptions(target: .onnx))
    let (step, layer) = (try names("\(place)/step.onnx"), try names("\(place)/layer.onnx"))
    let paths = [
      "conv", "layers_1", "layers_2/inner/lstm", "layers_2/inner/layers_1", "layers_2/back",
      "layers_2",
    ]
    for path in paths { #expect(step.contains(path) && layer.contains(path), "\(path)") }
    #expect(step.intersection(layer).isSubset(of: paths + ["y/values", "y/mask"]))
  }

  @Test("do not make a function compute more", arguments: ExportTarget.allCases)
  func sameOperators(target: ExportTarget) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    var model = try model()
    func lines(_ name: String) throws -> [String] {
      let place = folder.appending(path: name).path(percentEncoded: false)
      return try Export.write(model, to: place, options: ExportOptions(target: target)).lines
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let named = try lines("named")
    for index in model.functions.indices {
      model.functions[index].program.outputs.removeAll { $0.role == .tap }
    }
    let plain = try lines("plain")
    #expect(named == plain)
  }
}
