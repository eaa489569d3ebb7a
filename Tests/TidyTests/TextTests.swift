import Testing

/// Rules about the text of the sources that a formatter does not know.
@Suite struct TextTests {
  /// Files over 400 lines, with the reason.
  private static let long: [String: String] = [
    "Sources/Programs/Op.swift": "one case an operation, each with its doc comment"
  ]

  @Test("files stay short", arguments: SourceTree.files.filter { !$0.isGenerated })
  func lengths(_ file: SourceFile) {
    let limit = Self.long[file.path] == nil ? 400 : 600
    #expect(file.lines.count <= limit, "\(file.path) has \(file.lines.count) lines")
  }

  @Test("no file is named after nothing")
  func names() {
    let words = ["Utils", "Helpers", "Common", "Types", "Misc"]
    let bad = SourceTree.files.filter { file in
      words.contains { file.path.hasSuffix("/\($0).swift") || file.path.contains("/\($0)/") }
    }
    #expect(bad.map(\.path).isEmpty)
  }

  /// Words that need a reason, and the files that have one.
  private static let unsafeWords: [(word: String, allowed: Set<String>)] = [
    (
      "@unchecked Sendable",
      [
        // Shared storage that is never written once it is shared; workers that meet at a barrier.
        "Sources/Tensors/TensorStorage.swift", "Sources/Execution/WorkerPool.swift",
      ]
    ),
    ("nonisolated(unsafe)", []),
    ("unsafeBitCast", []),
    ("try!", []),
    ("fatalError", []),
  ]

  @Test("unsafe words stand only where there is a reason", arguments: unsafeWords)
  func unsafe(_ word: String, _ allowed: Set<String>) {
    let users = SourceTree.sources.filter { file in
      file.code.contains { $0.text.contains(word) }
    }
    #expect(Set(users.map(\.path)).subtracting(allowed).isEmpty, "\(word)")
    #expect(allowed.subtracting(users.map(\.path)).isEmpty, "no longer needed for \(word)")
  }

  @Test("libraries do not print")
  func printing() {
    let programs: Set<String> = ["workbench", "TrainBytes"]
    for file in SourceTree.sources where !programs.contains(file.target) {
      for line in file.code
      where line.text.firstMatch(of: /(^|[^.\w])print\(/) != nil {
        let isOwn = file.lines.contains { $0.contains("func print") }
        #expect(isOwn, "\(file.path):\(line.number) prints")
      }
    }
  }

  @Test("a switch over operations lists every case")
  func noDefault() {
    let families = ["Sources/Programs/", "Sources/Execution/"]
    for file in SourceTree.sources where families.contains(where: file.path.hasPrefix) {
      var switches: [(indent: Int, isOverOps: Bool)] = []
      for line in file.code {
        let indent = line.text.prefix { $0 == " " }.count
        while let last = switches.last, indent < last.indent { switches.removeLast() }
        if line.text.firstMatch(of: /switch .*\b(op|operation)\b.* \{$/) != nil {
          switches.append((indent, true))
        } else if line.text.contains("switch ") {
          switches.append((indent, false))
        } else if line.text.firstMatch(of: /^\s*default:/) != nil,
          let own = switches.last(where: { $0.indent == indent }), own.isOverOps
        {
          Issue.record("\(file.path):\(line.number) hides operations behind default:")
        }
      }
    }
  }

  @Test("no work is left as a remark")
  func noRemarks() {
    let words = ["TODO", "FIXME", "XXX", "HACK"]
    for file in SourceTree.files where !file.path.hasPrefix("Tests/TidyTests/") {
      for (index, line) in file.lines.enumerated() where words.contains(where: line.contains) {
        Issue.record("\(file.path):\(index + 1): \(line)")
      }
    }
  }
}
