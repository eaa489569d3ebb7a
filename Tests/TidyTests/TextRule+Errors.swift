/// Rules about errors: what they are told by, and that nobody passes over them.
extension TextRule {
  static let errorText = TextRule(
    name: "errors are told by their case, not by their text",
    covers: { $0.isSource && !$0.isGenerated },
    findings: { file in
      file.code.compactMap { line in
        let form =
          /(rror\)"|\.description|\.found|\.expected|\.suggestion\??)\.(contains|has(Pre|Suf)fix)\(/
        let isList = /\{ *"\\\(\w*rror\)"\.contains\(/
        return line.text.firstMatch(of: form) != nil || line.text.firstMatch(of: isList) != nil
          ? Finding(line: line.number, text: line.text) : nil
      }
    },
    bad: [
      "if \"\\(error)\".contains(\"found *\") {", "  .contains { \"\\(error)\".contains($0) }",
      "if failure.found.contains(\"no layer\") {", "guard error.description.hasPrefix(\"a\")",
      "error.suggestion?.hasSuffix(\"b\")",
    ],
    good: [
      "if error.code == .syntax {", "text.contains(\"error\")", "// error.found.contains(\"a\")",
    ])

  static let plainFailure = TextRule(
    name: "what is thrown is classified where the program ends, not turned into text before",
    covers: { $0.isSource && !$0.isGenerated },
    findings: { file in
      file.code.compactMap { line in
        line.text.firstMatch(of: /Failure\("\\\(error\)"\)/) != nil
          ? Finding(line: line.number, text: line.text) : nil
      }
    },
    bad: ["} catch { throw Failure(\"\\(error)\") }"],
    good: ["throw Failure(\"\\(path): \\(error)\")", "throw error"])

  static let passedOver = TextRule(
    name: "a test does not pass over an error, but where it clears up",
    covers: { !$0.isSource && $0.target != "TidyTests" },
    findings: { file in
      file.code.compactMap { line in
        let isOver = line.text.contains("try?") && !line.text.contains("removeItem(")
        return isOver ? Finding(line: line.number, text: line.text) : nil
      }
    },
    bad: [
      "static let names = (try? Cases(folder).names) ?? []",
      "guard let file = try? read(bytes) else { continue }", "_ = try? read(bytes)",
    ],
    good: ["defer { try? FileManager.default.removeItem(at: folder) }", "try read(bytes)"])
}
