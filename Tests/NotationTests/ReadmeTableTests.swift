import Foundation
import Layers
import Notation
import Testing

@Suite struct ReadmeTableTests {
  private static let start = "<!-- layers: made by `workbench layers --markdown` -->\n"
  private static let end = "<!-- end of layers -->"

  @Test("the README's table of layers is that of the registry")
  func table() throws {
    let readme = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let from = try #require(text.firstRange(of: Self.start)).upperBound
    let to = try #require(text.firstRange(of: Self.end)).lowerBound
    let own = text[from..<to].trimmingCharacters(in: .whitespacesAndNewlines)
    let made = LayerTable.markdown(.builtIn).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(own == made, "run workbench layers --markdown and put its output into README.md")
  }
}
