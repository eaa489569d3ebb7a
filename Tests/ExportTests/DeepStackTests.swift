import Export
import Foundation
import LayerTesting
import ONNX
import Runtime
import Testing

/// Stacks of many random layers as files: the own reader runs those of ONNX.
///
/// `EXPORT_STACKS=FOLDER` keeps the exports to all formats there, and `EXPORT_SEEDS=N` takes so many, for
/// `Tests/Oracles/export_stacks.sh`, which runs them in the official runtimes.
@Suite("Exports of deep stacks")
struct DeepStackExportTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seeds = UInt64(environment["EXPORT_SEEDS"] ?? "") ?? 12

  @Test("functions of random deep stacks are written, and read back equal", arguments: 0..<seeds)
  func readBack(seed: UInt64) throws {
    var cases = RandomCases(seed: 9000 + seed)
    guard let stack = cases.deepStack(depth: 6 + Int(seed % 5)) else { return }
    stack.model.training = false
    var request = ExportRequest(
      input: stack.input, constants: stack.constants, blocks: [1, 3], spec: stack.text)
    request.cacheCapacity = 32
    let model = try stack.model.exported(request)
    let base = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let folder = Self.environment["EXPORT_STACKS"].map { URL(filePath: $0) } ?? base
    defer { try? FileManager.default.removeItem(at: base) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for target in ExportTarget.allCases {
      let place = folder.appending(path: "\(target.rawValue).\(seed)").path(percentEncoded: false)
      _ = try Export.write(model, to: place, options: ExportOptions(target: target))
      guard target == .onnx else { continue }
      for outcome in try ExportedRuns(folder: place).outcomes() {
        #expect(outcome.trouble == nil, "\(outcome.line)\n\(stack.text)")
      }
    }
  }
}
