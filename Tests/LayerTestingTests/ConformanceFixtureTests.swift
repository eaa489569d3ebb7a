import Foundation
import LayerTesting
import Testing

/// The original's values, masks, gradients and facts.
@Suite struct ConformanceFixtureTests {
  @Test(
    "layer, step, masks, gradients and facts are those of the original; verification agrees",
    arguments: try ConformanceFixture.names())
  func agrees(name: String) throws {
    switch try ConformanceSet(folder: ConformanceFixture.folder).run(name, verifies: true) {
    case .passed: break
    case .failed(let failures):
      for failure in failures { Issue.record("\(failure.check): \(failure.detail)") }
    case .skipped(let reason): Issue.record("skipped: \(reason)")
    }
  }

  @Test("the manifest lists every case in the folder")
  func manifest() throws {
    let root = URL(filePath: ConformanceFixture.folder)
    let names = try ConformanceFixture.names()
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    let specs = (files?.allObjects ?? []).compactMap { $0 as? URL }
      .filter { $0.lastPathComponent == "spec.textproto" }
    let found = specs.map { $0.deletingLastPathComponent().pathComponents.suffix(2) }
    #expect(Set(found.map { $0.joined(separator: "/") }) == Set(names))
    #expect(names.count > 50)
  }
}
