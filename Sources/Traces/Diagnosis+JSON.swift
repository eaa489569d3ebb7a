import Comparison
package import Serialization

extension Diagnosis {
  /// All that was found, as one document.
  package var json: JSONValue {
    .object([
      .init("verdict", .string(verdict.rawValue)), .init("stopped", .bool(left != nil)),
      .init("first", finding.map(json) ?? .null),
      .init(
        "places",
        .object([
          .init("compared", .integer(comparisons.count)), .init("equal", .integer(count(.equal))),
          .init("rounding", .integer(count(.rounding))),
          .init("differ", .integer(count(.differ))),
          .init("incomparable", .integer(obstacles.count)),
          .init("not_compared", .integer(left ?? 0)),
        ])),
      .init("causes", .array(finding?.causes.map(\.json) ?? [])),
      .init(
        "not_found", .array(finding?.notFound.map { .string($0.rawValue) } ?? [])),
      .init("other_first", .array(others.map { .string(comparisons[$0].pair.path) })),
      .init("details", .array(comparisons.map(\.json))),
      .init(
        "obstacles",
        .array(
          obstacles.map {
            .object([.init("place", .string($0.path)), .init("reason", .string($0.reason))])
          })),
      .init("notes", .array(notes.map { .string($0) })),
      .init("sentence", .string(sentence)),
    ])
  }

  private func json(_ finding: Finding) -> JSONValue {
    let comparison = comparisons[finding.index]
    return .object([
      .init("place", .string(comparison.pair.path)),
      .init("layer", .string(finding.layer ?? comparison.pair.path)),
      .init("position", .integer(finding.index)),
      .init("t", .integer(finding.time)), .init("row", .integer(finding.row)),
      .init("channel", finding.channel.map { .array($0.map { .integer($0) }) } ?? .null),
      .init("offline", comparison.first.map { .number($0.offline) } ?? .null),
      .init("stream", comparison.first.map { .number($0.stream) } ?? .null),
      .init("block", finding.block.map { .integer($0.index) } ?? .null),
      .init("offset_in_block", finding.block.map { .integer($0.offset) } ?? .null),
      .init("states", .array(finding.states.map { .string($0) })),
    ])
  }
}

extension CauseFinding {
  fileprivate var json: JSONValue {
    func list(_ points: [Point]) -> JSONValue { .array(points.map { .string($0.text) }) }
    return .object([
      .init("cause", .string(cause.rawValue)), .init("text", .string(cause.text)),
      .init("strength", .string(strength)), .init("score", .number(score)),
      .init("for", list(supports)), .init("against", list(contradicts)),
    ])
  }
}

extension PlaceComparison {
  fileprivate var json: JSONValue {
    .object([
      .init("place", .string(pair.path)), .init("verdict", .string(verdict.rawValue)),
      .init("t", firstPlace.map { .integer($0.time) } ?? .null),
      .init("row", firstPlace.map { .integer($0.row) } ?? .null),
      .init("largest", .number(largest?.difference ?? 0)),
      .init("compared", .integer(comparedCount)), .init("differing", .integer(differingCount)),
      .init("late", .integer(pair.shift.steps)),
    ])
  }
}
