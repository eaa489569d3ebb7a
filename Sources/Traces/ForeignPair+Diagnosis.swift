package import Comparison
package import Serialization

extension ForeignPair {
  /// Where the two runs part, and why.
  ///
  /// - Throws: ``TraceError`` `.notAligned`, or what reading and `watch` throw.
  package func diagnosis(
    _ options: ArrayComparison.Options = ArrayComparison.Options(),
    watch: @escaping TraceWatch = { _ in }
  ) throws -> Diagnosis {
    try Diagnosis(
      offline: offline, stream: stream, names: names.pairs.map { ($0.offline, $0.stream) },
      latency: stream.latency, knowsBlocks: stream.knowsBlocks, options: options,
      watch: watch)
  }

  /// What the two files are and how their names were matched, for people.
  package var lines: [String] {
    [("OFFLINE", offline), ("STREAM", stream)].map { side, trace in
      let places = trace.places.filter { $0.timeCount > 0 }
      let rows = places.first?.rowCount ?? 0
      let blocks = trace.knowsBlocks ? trace.blocks.text : "blocks not known: --block says them"
      let made = trace.kind == .layerWise ? "whole" : blocks
      return "\(side) \(trace.path): \(places.count) places, \(rows) row\(rows == 1 ? "" : "s"), "
        + "\(trace.blocks.timeCount) timesteps, \(made)"
    } + names.lines + notes.map { "note: \($0)" }
  }

  private var notes: [String] {
    offline.notes.map { "OFFLINE: \($0)" } + stream.notes.map { "STREAM: \($0)" }
  }

  /// The document of a diagnosis with what was matched.
  package func json(_ diagnosis: Diagnosis) -> JSONValue {
    let matched = names.pairs.filter { $0.reason != .same }.map { pair in
      JSONValue.object([
        .init("offline", .string(pair.offline)), .init("stream", .string(pair.stream)),
        .init("reason", .string(pair.reason.rawValue)),
      ])
    }
    let members: [JSONValue.Member] = [
      .init("matched", .array(matched)),
      .init("only_offline", .array(names.onlyOffline.map { .string($0) })),
      .init("only_stream", .array(names.onlyStream.map { .string($0) })),
      .init(
        "blocks",
        stream.knowsBlocks ? .array(stream.blocks.sizes.map { .integer($0) }) : .null),
      .init("reading", .array(notes.map { .string($0) })),
    ]
    return .object((diagnosis.json.members ?? []) + members)
  }
}

extension TraceError {
  /// The error as a document.
  package var json: JSONValue {
    .object([
      .init("verdict", .string("incomparable")), .init("error", .string(code.rawValue)),
      .init("reason", .string(description)),
    ])
  }
}
