import Testing

/// Public declarations have doc comments.
///
/// Those that fulfil a protocol are documented there, which is more than the formatter's own rule
/// can tell.
@Suite struct DocumentationTests {
  @Test("every public declaration has a doc comment", arguments: SourceTree.sources)
  func documented(_ file: SourceFile) {
    var isConformance = false
    for (index, line) in file.lines.enumerated() {
      if line.hasPrefix("extension ") || line.hasPrefix("public extension ") {
        isConformance = line.contains(":")
      } else if line.firstMatch(of: /^\w.*\{/) != nil {
        isConformance = false
      }
      let text = line.drop { $0 == " " }
      guard text.hasPrefix("public "), !text.hasPrefix("public import"), !isConformance,
        !Self.isWitness(text), !Self.requirements.contains(Self.name(text))
      else { continue }
      var above = index - 1
      while above >= 0, file.lines[above].drop(while: { $0 == " " }).hasPrefix("@") { above -= 1 }
      let isDocumented = above >= 0 && file.lines[above].contains("///")
      #expect(isDocumented, "\(file.path):\(index + 1): \(text)")
    }
  }

  /// What `SequenceLayer` asks for: documented there, whoever fulfils it.
  private static let requirements: Set<String> = {
    let home = SourceTree.sources.first { $0.path == "Sources/Layers/Core/SequenceLayer.swift" }
    let lines = home?.lines.map { $0.drop { $0 == " " } } ?? []
    return Set(lines.filter { $0.hasPrefix("var ") || $0.hasPrefix("func ") }.map(name))
  }()

  @Test("the requirements of a layer are found")
  func requirementsAreFound() { #expect(Self.requirements.isSuperset(of: ["step", "blockSize"])) }

  /// The name that a declaration gives.
  private static func name(_ text: Substring) -> String {
    let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    guard let place = words.firstIndex(where: { $0 == "var" || $0 == "func" }) else { return "" }
    return place + 1 < words.count ? String(words[place + 1]) : ""
  }

  /// Members that say what every reader knows from the standard library.
  private static func isWitness(_ text: Substring) -> Bool {
    let known = [
      "static func ==", "static func <", "func hash(into", "var description: String",
      "var debugDescription: String", "var errorDescription: String?", "extension ",
    ]
    return known.contains { text.dropFirst("public ".count).hasPrefix($0) }
  }
}
