import Diagnostics

/// How a user says which place of OFFLINE is which of STREAM: lines `PATTERN -> PATTERN`, where `*` stands
/// for the same text on both sides.
package struct NameRules: Hashable, Sendable {
  private struct Rule: Hashable {
    let offline: String
    let stream: String
    let line: Int
  }

  private let rules: [Rule]
  private let path: String

  /// Reads a map; `#` begins a comment, and `=` is as good as `->`.
  package init(parsing text: String, path: String) throws(TraceError) {
    var rules: [Rule] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let plain = (line.split(separator: "#", omittingEmptySubsequences: false).first ?? "")
        .trimmed()
      guard !plain.isEmpty else { continue }
      let mark = plain.contains("->") ? "->" : "="
      let sides = plain.split(separator: mark).map { $0.trimmed() }
      guard sides.count == 2, !sides.contains("") else {
        throw TraceError(
          .map, path: "\(path): line \(index + 1)", found: "\"\(plain)\"",
          expected: "OFFLINE -> STREAM, such as front/* -> encoder/streaming_front/*")
      }
      let stars = sides.map { $0.count { $0 == "*" } }
      guard stars[0] == stars[1] else {
        throw TraceError(
          .map, path: "\(path): line \(index + 1)",
          found: "\(stars[0]) and \(stars[1]) asterisks", expected: "as many on both sides")
      }
      rules.append(Rule(offline: sides[0], stream: sides[1], line: index + 1))
    }
    (self.rules, self.path) = (rules, path)
  }

  /// The pairs that the rules make of names; the first rule that fits a name holds.
  ///
  /// - Throws: ``TraceError`` `.map` for a rule that fits nothing, with the nearest name.
  package func pairs(
    offline: [String], stream: [String]
  ) throws(TraceError) -> [(offline: String, stream: String)] {
    var result: [(offline: String, stream: String)] = []
    var taken: Set<String> = []
    let known = Set(stream)
    for rule in rules {
      var isUsed = false
      var missing: String?
      for name in offline where !taken.contains(name) {
        guard let parts = Self.captures(rule.offline, name) else { continue }
        let other = Self.filled(rule.stream, parts)
        guard known.contains(other) else {
          missing = missing ?? other
          continue
        }
        taken.insert(name)
        result.append((name, other))
        isUsed = true
      }
      guard !isUsed else { continue }
      let side = missing == nil ? "OFFLINE" : "STREAM"
      let wanted = missing ?? rule.offline
      let nearest = NearestName.of(wanted, among: missing == nil ? offline : stream)
      throw TraceError(
        .map, path: "\(path): line \(rule.line)", found: "\(side) has no \(wanted)",
        suggestion: nearest.map { "did you mean \($0)?" })
    }
    return result
  }

  /// What the asterisks of a pattern stand for in a name; nil if it does not fit.
  private static func captures(_ pattern: String, _ name: String) -> [Substring]? {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard pieces.count > 1 else { return pattern == name ? [] : nil }
    guard name.hasPrefix(pieces[0]) else { return nil }
    var rest = name.dropFirst(pieces[0].count)
    var captures: [Substring] = []
    for (index, piece) in pieces.dropFirst().enumerated() {
      let isLast = index == pieces.count - 2
      if isLast {
        guard rest.hasSuffix(piece) else { return nil }
        captures.append(rest.dropLast(piece.count))
      } else {
        guard !piece.isEmpty, let found = rest.firstRange(of: piece) else { return nil }
        captures.append(rest[..<found.lowerBound])
        rest = rest[found.upperBound...]
      }
    }
    return captures
  }

  private static func filled(_ pattern: String, _ parts: [Substring]) -> String {
    var result = ""
    var next = 0
    for character in pattern {
      if character == "*" {
        result += parts[next]
        next += 1
      } else {
        result.append(character)
      }
    }
    return result
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  func trimmed() -> String {
    let isBlank: (Character) -> Bool = { $0.isWhitespace }
    let start = drop(while: isBlank)
    return String(start.reversed().drop(while: isBlank).reversed())
  }
}
