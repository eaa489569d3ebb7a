package import Serialization

extension DumpComparison {
  /// The result for programs: `arrays` holds a document a name, as for two arrays, in order.
  package var json: JSONValue {
    .object([
      .init("verdict", .string(areEqual ? "equal" : "differ")),
      .init("first_bad", firstBad.map { .string($0.name) } ?? .null),
      .init("arrays", .array(entries.map { $0.json })),
      .init("only_offline", .array(onlyOffline.map { .string($0) })),
      .init("only_stream", .array(onlyStream.map { .string($0) })),
    ])
  }
}

extension DumpComparison.Entry {
  fileprivate var json: JSONValue {
    guard let comparison else {
      return .object([
        .init("name", .string(name)), .init("verdict", .string("incomparable")),
        .init("reason", .string(obstacle ?? "")),
      ])
    }
    let members = comparison.json.members ?? []
    return .object([.init("name", .string(name))] + members)
  }
}
