import Diagnostics

/// Two dumps of many arrays compared name by name, in the order in which the first has them.
package struct DumpComparison: Sendable {
  /// One name that both have, and what was found.
  package struct Entry: Sendable {
    package let name: String
    /// Nil where the arrays cannot be compared.
    package let comparison: ArrayComparison?
    /// Why they cannot.
    package let obstacle: String?

    /// Whether the arrays differ or cannot be compared.
    package var isBad: Bool { comparison.map { $0.verdict == .differ } ?? true }
  }

  package let entries: [Entry]
  package let onlyOffline: [String]
  package let onlyStream: [String]

  /// The first array, in order, that is not the same.
  package var firstBad: Entry? { entries.first(where: \.isBad) }

  /// Whether both hold the same names and nothing differs by more than rounding.
  package var areEqual: Bool { firstBad == nil && onlyOffline.isEmpty && onlyStream.isEmpty }

  /// Whether some arrays could not be compared.
  package var hasIncomparable: Bool { entries.contains { $0.comparison == nil } }

  /// Compares the arrays of all names that both have; `compare` gives the comparison of one name, or
  /// throws why there is none.
  package init(
    offline: [String], stream: [String], compare: (String) throws -> ArrayComparison
  ) {
    let (first, second) = (Set(offline), Set(stream))
    onlyOffline = offline.filter { !second.contains($0) }
    onlyStream = stream.filter { !first.contains($0) }
    entries = offline.filter(second.contains).map { name in
      do {
        return Entry(name: name, comparison: try compare(name), obstacle: nil)
      } catch {
        return Entry(name: name, comparison: nil, obstacle: "\(error)")
      }
    }
  }

  /// The first bad array in full, then a line for each, then what only one dump has.
  package var lines: [String] {
    var lines: [String] = []
    if let bad = firstBad, let place = entries.firstIndex(where: \.isBad) {
      lines.append("first bad: \(bad.name), \(place + 1) of \(entries.count) in order")
      lines += (bad.comparison?.lines ?? [bad.obstacle ?? ""]).map { "  " + $0 }
      lines.append("")
    }
    let width = entries.map(\.name.count).max() ?? 0
    for entry in entries {
      let name = entry.name + String(repeating: " ", count: width - entry.name.count)
      lines.append("\(entry.sign) \(name)  \(entry.brief)")
    }
    lines += onlyLines("OFFLINE", onlyOffline, others: onlyStream)
    lines += onlyLines("STREAM", onlyStream, others: onlyOffline)
    lines.append(summary)
    return lines
  }

  private func onlyLines(_ side: String, _ names: [String], others: [String]) -> [String] {
    guard !names.isEmpty else { return [] }
    let shown = names.prefix(8).map { name in
      let nearest = NearestName.of(name, among: others)
      return name + (nearest.map { " (the other has \($0))" } ?? "")
    }
    let rest = names.count > 8 ? ", … \(names.count - 8) more" : ""
    return ["only in \(side), not compared: \(shown.joined(separator: ", "))\(rest)"]
  }

  private var summary: String {
    func count(_ verdict: Closeness) -> Int {
      entries.count { $0.comparison?.verdict == verdict }
    }
    let incomparable = entries.count { $0.comparison == nil }
    var parts = [
      "\(count(.equal)) equal", "\(count(.rounding)) rounding", "\(count(.differ)) differ",
    ]
    if incomparable > 0 { parts.append("\(incomparable) cannot be compared") }
    let only = onlyOffline.count + onlyStream.count
    if only > 0 { parts.append("\(only) in one dump only") }
    return "\(entries.count) arrays: " + parts.joined(separator: ", ")
  }
}

extension DumpComparison.Entry {
  fileprivate var sign: String {
    switch comparison?.verdict {
    case .equal: "="
    case .rounding: "≈"
    case .differ: "≠"
    case nil: "!"
    }
  }

  fileprivate var brief: String { comparison?.lines.first ?? obstacle ?? "" }
}
