/// What was found in a model or a stack before it runs, and what could not be judged.
package struct LintReport: Hashable, Sendable {
  package var findings: [LintFinding]
  /// What the lint does not follow, so that no finding says nothing about it.
  package var limits: [String]

  package init(_ findings: [LintFinding] = [], limits: [String] = []) {
    (self.findings, self.limits) = (findings, limits)
  }

  /// The findings, what was not judged, and how many there are.
  package var lines: [String] {
    let most = 8
    var lines = findings.flatMap(\.lines)
    lines += limits.prefix(most).map { "not judged: \($0)" }
    if limits.count > most { lines.append("not judged: … \(limits.count - most) more") }
    lines.append(conclusion)
    return lines
  }

  private var conclusion: String {
    switch findings.count {
    case 0 where limits.isEmpty: "no operation mixes time without a state"
    case 0:
      "no finding in what was judged; workbench verify runs steps beside the whole sequence"
    case 1: "1 finding"
    case let count: "\(count) findings"
    }
  }
}
