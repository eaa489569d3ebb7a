import Testing

/// A rule about the text of one source file, with samples that it must catch and one that it must not.
struct TextRule: Sendable, CustomTestStringConvertible {
  let name: String
  /// Which files the rule is about.
  let covers: @Sendable (SourceFile) -> Bool
  /// The lines that break the rule, with what is wrong there.
  let findings: @Sendable (SourceFile) -> [Finding]
  /// Texts that break the rule.
  let bad: [String]
  /// Texts that look alike and keep it.
  let good: [String]

  struct Finding: Hashable, Sendable {
    let line: Int
    let text: String
  }

  var testDescription: String { name }
}

extension TextRule {
  static let all: [TextRule] =
    [
      length, fileName, printing, defaultOverOperations, remark, errorText, plainFailure,
      passedOver,
    ]
    + unsafeWords.map(unsafeWord)

  /// Files over 400 lines have a reason, written beside their name here.
  static let longFiles: [String: String] = [:]

  static let length = TextRule(
    name: "files stay short", covers: { !$0.isGenerated },
    findings: { file in
      let limit = longFiles[file.path] == nil ? 400 : 600
      return file.lines.count > limit
        ? [Finding(line: limit + 1, text: "\(file.lines.count) lines")] : []
    },
    bad: [String(repeating: "let a = 0\n", count: 401)],
    good: [String(repeating: "let a = 0\n", count: 390)])

  static let fileName = TextRule(
    name: "no file is named after nothing", covers: { _ in true },
    findings: { file in
      let words = ["Utils", "Helpers", "Common", "Types", "Misc"]
      let parts = file.path.split { "/.+".contains($0) }.map(String.init)
      return parts.contains(where: words.contains) ? [Finding(line: 1, text: file.path)] : []
    },
    bad: ["//@ Sources/Layers/Utils.swift", "//@ Sources/Common/Shape.swift"],
    good: ["//@ Sources/Layers/CommonDivisor.swift"])

  static let printing = TextRule(
    name: "libraries do not print",
    covers: { $0.isSource && !$0.isGenerated && !["workbench", "TrainBytes"].contains($0.target) },
    findings: { file in
      guard !file.lines.contains(where: { $0.contains("func print") }) else { return [] }
      return file.code.compactMap { line in
        let isCall = line.text.firstMatch(of: /(^|[^.\w])print\(/) != nil
        return isCall ? Finding(line: line.number, text: line.text) : nil
      }
    },
    bad: ["print(1)", "  if a { print(a) }"],
    good: ["// print(1)", "dump.print(1)", "func print() {}\nprint()", "imprint(1)"])

  /// Words are told apart by simple boundaries: Unicode's do not end a word at a full stop.
  static let defaultOverOperations = TextRule(
    name: "a switch over operations lists every case", covers: { $0.isSource && !$0.isGenerated },
    findings: { file in
      let head = /switch .*\b(op|operation)\b.*\{$/.wordBoundaryKind(.simple)
      var switches: [(indent: Int, isOverOps: Bool)] = []
      var found: [Finding] = []
      for line in file.code {
        let indent = line.text.prefix { $0 == " " }.count
        while let last = switches.last, indent < last.indent { switches.removeLast() }
        if line.text.contains("switch ") {
          switches.append((indent, line.text.firstMatch(of: head) != nil))
        } else if line.text.firstMatch(of: /^\s*default:/) != nil,
          let own = switches.last(where: { $0.indent == indent }), own.isOverOps
        {
          found.append(Finding(line: line.number, text: "hides operations behind default:"))
        }
      }
      return found
    },
    bad: [
      "switch op {\ncase .dot: 1\ndefault: 2\n}",
      "switch instruction.op {\ncase .dot: 1\ndefault: 2\n}",
      "  switch (a.operation, b) {\n  case (.dot, 1): 1\n  default: 2\n  }",
      "return switch instruction.op {\ndefault: 2\n}",
    ],
    good: [
      "switch option {\ndefault: 2\n}", "switch op {\ncase .dot: 1\n}",
      "switch op {\ncase .dot:\n  switch kind {\n  default: 2\n  }\n}",
    ])

  static let remark = TextRule(
    name: "no work is left as a remark", covers: { !$0.path.hasPrefix("Tests/TidyTests/") },
    findings: { file in
      let words = ["TODO", "FIXME", "XXX", "HACK"]
      return file.lines.enumerated().compactMap { index, line in
        words.contains(where: line.contains) ? Finding(line: index + 1, text: line) : nil
      }
    },
    bad: ["// TODO: more", "// FIXME", "let a = 1 // HACK", "XXX"], good: ["// to do it"])

  /// Words that need a reason, and the files that have one.
  static let unsafeWords: [(word: String, allowed: Set<String>)] = [
    (
      "@unchecked Sendable",
      [
        // Shared storage that is never written once it is shared; workers that meet at a barrier.
        "Sources/Tensors/TensorStorage.swift", "Sources/Execution/Running/WorkerPool.swift",
      ]
    ),
    ("nonisolated(unsafe)", []),
    ("unsafeBitCast", []),
    ("try!", []),
    ("fatalError", []),
  ]

  static func unsafeWord(_ word: String, _ allowed: Set<String>) -> TextRule {
    TextRule(
      name: "\(word) needs a reason",
      covers: { $0.isSource && !$0.isGenerated && !allowed.contains($0.path) },
      findings: { file in
        file.code.compactMap { line in
          line.text.contains(word) ? Finding(line: line.number, text: line.text) : nil
        }
      },
      bad: ["let a = b \(word) c"], good: ["// \(word)"])
  }
}
