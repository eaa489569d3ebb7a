import Foundation
import Layers
import Notation
import Testing

/// The folder of conformance cases, if the environment names one.
private let folder = ProcessInfo.processInfo.environment["WORKBENCH_CONFORMANCE"]

@Suite("Specs of the conformance cases")
struct ConformanceSpecTests {
  @Test(
    "all of them are read and come back from every notation",
    .enabled(if: folder != nil, "set WORKBENCH_CONFORMANCE to the folder of cases"))
  func specs() throws {
    let root = URL(filePath: try #require(folder))
    let files = try #require(
      FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
    let notation = LayerNotation()
    var count = 0
    for case let file as URL in files where file.pathExtension == "textproto" {
      let reading = try notation.read(Array(Data(contentsOf: file)), as: .text)
      #expect(reading.notes.isEmpty, "\(file.path)")
      for format in NotationFormat.allCases {
        let bytes = try notation.write(reading.spec, as: format)
        #expect(try notation.read(bytes, as: format).spec == reading.spec, "\(file.path) \(format)")
      }
      count += 1
    }
    #expect(count > 0)
    print("\(count) specs read")
  }
}
