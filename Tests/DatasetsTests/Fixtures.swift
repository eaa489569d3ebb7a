import Foundation
import Tensors

/// A file kept in `Tests/Fixtures/arrays`, made by `Tests/Oracles/make_array_fixtures.py`.
func arrayFixture(_ name: String, file: String = #filePath) -> String {
  let tests = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
  return tests.appending(path: "Fixtures/arrays/\(name)").path(percentEncoded: false)
}

/// The bytes of a fixture.
func fixtureBytes(_ name: String) throws -> [UInt8] {
  try Array(Data(contentsOf: URL(filePath: arrayFixture(name))))
}

/// Runs `body` with a folder of its own, which is removed afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path(percentEncoded: false))
}

/// 0, 1, 2, … in a shape.
func ramp(_ shape: [Int]) -> Tensor {
  Tensor((0..<shape.reduce(1, *)).map { Float($0) }, shape: shape)
}
