import Foundation
import LayerTesting
import Testing

/// The committed conformance cases, made by `Tests/Oracles/make_conformance_cases.py`.
@Suite struct ConformanceFixtureTests {
  private static let folder: String = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appending(path: "Fixtures/conformance").path(percentEncoded: false)
  }()

  /// The names in the manifest; none if it cannot be read, which a test of its own reports.
  private static let names = (try? ConformanceSet(folder: folder).names) ?? []

  @Test(
    "layer, step, masks, gradients and facts are those of the original; verification agrees",
    arguments: names)
  func agrees(name: String) throws {
    switch try ConformanceSet(folder: Self.folder).run(name, verifies: true) {
    case .passed: break
    case .failed(let failures):
      for failure in failures { Issue.record("\(failure.check): \(failure.detail)") }
    case .skipped(let reason): Issue.record("skipped: \(reason)")
    }
  }

  @Test("the manifest lists every case in the folder")
  func manifest() throws {
    let root = URL(filePath: Self.folder)
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    let specs = (files?.allObjects ?? []).compactMap { $0 as? URL }
      .filter { $0.lastPathComponent == "spec.textproto" }
    let found = specs.map { $0.deletingLastPathComponent().pathComponents.suffix(2) }
    #expect(Set(found.map { $0.joined(separator: "/") }) == Set(Self.names))
    #expect(Self.names.count > 50)
  }
}
