import Foundation
import Testing

@Suite struct ReadmeExampleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  /// The lines between two marks, without the indentation of the first.
  private func lines(_ text: String, from start: String, to end: String) throws -> [String] {
    let after = try #require(text.firstRange(of: start)).upperBound
    let before = try #require(text[after...].firstRange(of: end)).lowerBound
    let all = text[after..<before].split(separator: "\n").map(String.init)
      .filter { !$0.allSatisfy(\.isWhitespace) }
    let indent = all.first?.prefix { $0 == " " }.count ?? 0
    return all.map { String($0.dropFirst(indent)) }
  }

  @Test("the example of the README is the one that is compiled here")
  func sameText() throws {
    let shown = try lines(text("README.md"), from: "```swift\nimport SequenceLayers\n", to: "```")
    let compiled = try lines(
      text("Tests/ReadmeTests/ReadmeExample.swift"), from: "// README\n", to: "// end of README")
    #expect(shown == compiled)
    #expect(shown.count <= 15)
  }

  @Test(
    "the custom layer of the README is that of the example package",
    arguments: [
      "Protos/gain.proto", "Sources/GainLayer/Gain.swift",
      "Sources/GainLayer/Notation+Gain.swift", "Sources/GainWorkbench/main.swift",
      "Sources/PlainGain/main.swift",
    ])
  func customLayer(_ path: String) throws {
    #expect(try text("README.md").contains(text("Tests/CustomLayerExample/\(path)")))
  }

  @Test("the example of the README prints what it says")
  func output() throws {
    let printed = try readmeExample()
    #expect(printed == "[8] true")
    #expect(try text("README.md").contains("// \(printed)\n"))
  }
}
