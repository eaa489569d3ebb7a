import Testing

/// Rules about the text of the sources that a formatter does not know.
@Suite struct TextTests {
  @Test("the sources keep the rule", arguments: TextRule.all)
  func kept(_ rule: TextRule) {
    let files = SourceTree.files.filter(rule.covers)
    #expect(files.count > 50, "the rule covers next to nothing")
    for file in files {
      for finding in rule.findings(file) {
        Issue.record("\(file.path):\(finding.line): \(rule.name): \(finding.text)")
      }
    }
  }

  @Test("the rule catches its bad samples, and no good one", arguments: TextRule.all)
  func catches(_ rule: TextRule) {
    #expect(!rule.bad.isEmpty)
    for text in rule.bad {
      #expect(!rule.findings(Self.sample(text)).isEmpty, "\(rule.name) misses: \(text.prefix(80))")
    }
    for text in rule.good {
      #expect(rule.findings(Self.sample(text)).isEmpty, "\(rule.name) blames: \(text.prefix(80))")
    }
  }

  /// A sample may begin with the path that it stands for.
  private static func sample(_ text: String) -> SourceFile {
    let path = text.firstMatch(of: /^\/\/@ (.+)/).map { String($0.output.1) }
    return SourceFile(path: path ?? "Sources/Programs/Sample.swift", text: text)
  }

  @Test("every target of sources is covered by the rules on code")
  func coverage() {
    for rule in [TextRule.defaultOverOperations, .remark] {
      let targets = Set(SourceTree.sources.filter(rule.covers).map(\.target))
      #expect(targets == Set(SourceTree.sources.map(\.target)), "\(rule.name)")
    }
  }

  @Test("every exemption exists and is needed")
  func exemptions() {
    for (path, reason) in TextRule.longFiles {
      let file = SourceTree.files.first { $0.path == path }
      #expect((file?.lines.count ?? 0) > 400, "\(path) needs no exemption: \(reason)")
    }
    for (word, allowed) in TextRule.unsafeWords {
      for path in allowed {
        let file = SourceTree.files.first { $0.path == path }
        let isNeeded = file?.code.contains { $0.text.contains(word) } == true
        #expect(isNeeded, "\(path) needs no exemption for \(word)")
      }
    }
  }
}
