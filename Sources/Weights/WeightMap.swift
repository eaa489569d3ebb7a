package import Tensors

/// Names of arrays of another framework and what they become: patterns with named conversions.
///
/// A line is `SOURCE -> TARGET RULE…`, such as `encoder.{n}.weight -> conv_{n}/kernel conv`. Braces stand
/// for a part without `.` and `/`, the same on both sides; `#` begins a comment. Of lines that match a name
/// the first holds, but all lines of equal source apply, as for joined queries, keys and values.
package struct WeightMap: Sendable {
  /// A line of the map.
  struct Line: Sendable {
    var source: String
    var target: String
    var rules: [WeightRule]
    var number: Int
  }

  /// What became of an array.
  package struct Move: Sendable {
    package var source: String
    package var target: String
    package var from: Shape
    package var to: Shape
  }

  /// What a map makes of a file.
  package struct Result: Sendable {
    package var tensors: [(name: String, tensor: Tensor)]
    package var moves: [Move]
    /// Arrays that no line mentions.
    package var unmatched: [String]
    /// Lines that no array matched.
    package var idle: [String]
  }

  let lines: [Line]

  /// Reads a map.
  ///
  /// - Throws: ``WeightError`` with the line.
  package init(_ text: String, path: String) throws(WeightError) {
    var lines: [Line] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      guard !words.isEmpty else { continue }
      func mistake(_ found: String) -> WeightError {
        WeightError(
          .badHeader, path: "\(path):\(index + 1)", found: found,
          expected: "SOURCE -> TARGET and rules: \(WeightRule.forms)")
      }
      guard words.count >= 3, words[1] == "->" else { throw mistake(String(line)) }
      var rules: [WeightRule] = []
      for word in words.dropFirst(3) {
        guard let rule = WeightRule(word) else { throw mistake("the rule \(word)") }
        rules.append(rule)
      }
      lines.append(Line(source: words[0], target: words[2], rules: rules, number: index + 1))
    }
    self.lines = lines
  }

  /// Applies the map to named arrays.
  ///
  /// - Throws: ``WeightError`` for shapes that a rule cannot take, or two arrays of one target.
  package func apply(
    _ names: [String], _ tensor: (String) throws -> Tensor
  ) throws -> Result {
    var targets: [String: [(tensor: Tensor, line: Line, source: String)]] = [:]
    var order: [String] = []
    var used: Set<Int> = []
    var unmatched: [String] = []
    for name in names {
      guard let first = lines.first(where: { Self.match($0.source, name) != nil }) else {
        unmatched.append(name)
        continue
      }
      for line in lines where line.source == first.source {
        let parts = Self.match(line.source, name) ?? [:]
        let target = Self.filled(line.target, parts)
        var value = try tensor(name)
        for rule in line.rules {
          guard let next = rule.applied(to: value) else {
            throw WeightError(
              .badHeader, path: name,
              found: "\(value.shape.shapeText) for the rule of line \(line.number)",
              expected: "a shape that it can take")
          }
          value = next
        }
        used.insert(line.number)
        if targets[target] == nil { order.append(target) }
        targets[target, default: []].append((value, line, name))
      }
    }
    var result = Result(tensors: [], moves: [], unmatched: unmatched, idle: [])
    for target in order {
      let parts = targets[target] ?? []
      let value = try Self.combined(parts.map(\.tensor), parts.flatMap(\.line.rules), target)
      result.tensors.append((target, value))
      for part in parts {
        let from = try tensor(part.source).shape
        result.moves.append(Move(source: part.source, target: target, from: from, to: value.shape))
      }
    }
    result.idle = lines.filter { !used.contains($0.number) }.map {
      "line \($0.number): \($0.source)"
    }
    return result
  }

  /// Several arrays of one target, joined or added up.
  private static func combined(
    _ parts: [Tensor], _ rules: [WeightRule], _ target: String
  ) throws -> Tensor {
    guard parts.count > 1, let first = parts.first else { return parts[0] }
    if rules.contains(.sum), parts.allSatisfy({ $0.shape == first.shape }) {
      let sums = parts.map { $0.doubles() }
      let total = (0..<first.count).map { index in sums.reduce(0) { $0 + $1[index] } }
      return Tensor(total, shape: first.shape).converted(to: first.dtype)
    }
    if rules.contains(.join),
      parts.allSatisfy({
        $0.rank > 0 && $0.shape.dropFirst() == first.shape.dropFirst() && $0.dtype == first.dtype
      })
    {
      let rows = parts.reduce(0) { $0 + $1.shape[0] }
      return Tensor(first.dtype, shape: [rows] + first.shape.dropFirst()) { bytes in
        var place = 0
        for part in parts {
          part.withUnsafeBytes { bytes.copyBytes($0, to: place) }
          place += part.byteCount
        }
      }
    }
    throw WeightError(
      .badHeader, path: target,
      found: "\(parts.count) arrays of \(parts.map(\.shape.shapeText).joined(separator: ", "))",
      expected: "one, or the rule join or sum for arrays that fit")
  }

  /// What the braces of a pattern stand for in a name; nil if it does not match.
  static func match(_ pattern: String, _ name: String) -> [String: String]? {
    var parts: [String: String] = [:]
    var rest = Substring(name)
    var template = Substring(pattern)
    while let character = template.first {
      template = template.dropFirst()
      guard character == "{" else {
        guard rest.first == character else { return nil }
        rest = rest.dropFirst()
        continue
      }
      guard let end = template.firstIndex(of: "}") else { return nil }
      let key = String(template[..<end])
      template = template[template.index(after: end)...]
      let value = String(rest.prefix { $0 != "." && $0 != "/" && $0 != template.first })
      guard !value.isEmpty, parts[key, default: value] == value else { return nil }
      parts[key] = value
      rest = rest.dropFirst(value.count)
    }
    return rest.isEmpty ? parts : nil
  }

  /// A target with its braces filled in.
  private static func filled(_ target: String, _ parts: [String: String]) -> String {
    parts.reduce(target) { $0.replacing("{\($1.key)}", with: $1.value) }
  }
}
