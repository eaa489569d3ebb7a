import Export
import Foundation
import LayerTesting
import ONNX
import Runtime
import Tensors
import Testing

/// What is exported to ONNX opens in this package's own reader of ONNX files, and gives what the executor gives.
@Suite struct RoundTripTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/conformance").path(percentEncoded: false)

  private static func families() throws -> [String] {
    let names = try ConformanceSet(folder: folder).names
    return Set(names.compactMap { $0.split(separator: "/").first.map(String.init) }).sorted()
  }

  private func outcomes(_ model: ExportModel) throws -> [ExportedRuns.Outcome] {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path(percentEncoded: false)
    _ = try Export.write(model, to: path, options: ExportOptions(target: .onnx))
    return try ExportedRuns(folder: path).outcomes()
  }

  private func exported(_ name: String) throws -> ExportModel? {
    guard let (model, input, constants) = try GoldenCase(folder: Self.folder, name: name).model()
    else { return nil }
    var request = ExportRequest(input: input, constants: constants, blocks: [1, 2])
    request.cacheCapacity = 16
    return try model.exported(request)
  }

  @Test("the functions of every kind of layer are read back", arguments: try families())
  func family(_ family: String) throws {
    let names = try ConformanceSet(folder: Self.folder).names.filter { $0.hasPrefix(family + "/") }
    for name in names {
      guard let model = try exported(name) else { continue }
      let outcomes = try outcomes(model)
      #expect(!outcomes.isEmpty, "\(name)")
      for outcome in outcomes {
        #expect(outcome.runCount > 0 && outcome.trouble == nil, "\(name) \(outcome.line)")
      }
    }
  }

  @Test("another number in the data of the check is found")
  func difference() throws {
    let names = try ConformanceSet(folder: Self.folder).names.filter { $0.hasPrefix("dense/") }
    let name = try #require(names.first)
    let made = try exported(name)
    var model = try #require(made)
    let index = try #require(model.functions.firstIndex { $0.name == "layer" })
    let outputs = model.functions[index].runs[0].outputs
    model.functions[index].runs[0].outputs = outputs.map { output in
      output.dtype == .float32 ? .init(repeating: 7, shape: output.shape, .float32) : output
    }
    let found = try outcomes(model)
    let layer = try #require(found.first { $0.name == "layer" })
    #expect(layer.trouble?.contains("expected 7") == true)
  }
}
