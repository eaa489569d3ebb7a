import Serialization

/// One command as it was carried out, with digests of what came of it.
package struct SessionEvent: Hashable, Sendable {
  /// The digest of a state leaf.
  package struct Leaf: Hashable, Sendable {
    package var path: String
    package var digest: UInt64
  }

  /// The line as typed.
  package var typed: String
  /// The line that does the same again, with selection and files spelled out.
  package var canonical: String
  /// Steps made before.
  package var from: Int
  /// Steps made after.
  package var to: Int
  /// The step before the first of ``steps``.
  package var first: Int
  /// For each step that was computed a digest a row of its outputs and mask.
  package var steps: StepDigests
  /// A digest of every state leaf at the end, in program order.
  package var state: [Leaf]
  /// The first numbers of the root's output in the last step.
  package var lastOutput: [Double]
  /// The files that the command read.
  package var files: [FileUse] = []
  /// The parameters that it drew anew, under the paths that their values are drawn for.
  package var drawn: [String] = []
  /// The answer of a check; nil for other commands.
  package var holds: Bool?
  /// Whether it only goes on with what the event before it began, as one command and one change.
  package var continues = false

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("typed", .string(typed)), .init("command", .string(canonical)),
      .init("from", .integer(from)), .init("to", .integer(to)), .init("first", .integer(first)),
      .init("steps", .array(steps.indices.map { .string(steps.text($0)) })),
      .init("state", .array(state.map(\.json))),
      .init("output", .array(lastOutput.map { JSONValue.exact($0) })),
    ]
    if !files.isEmpty {
      members.append(.init("files", .array(files.map { .object($0.members) })))
    }
    if !drawn.isEmpty { members.append(.init("drawn", .array(drawn.map { .string($0) }))) }
    if let holds { members.append(.init("holds", .bool(holds))) }
    if continues { members.append(.init("continues", .bool(true))) }
    return .object(members)
  }
}

extension SessionEvent {
  /// Reads an event; nil where a field is missing or of the wrong kind.
  init?(_ json: JSONValue) {
    guard let typed = json["typed"]?.string, let canonical = json["command"]?.string,
      let from = json["from"]?.integer, let to = json["to"]?.integer,
      let first = json["first"]?.integer, let steps = json["steps"]?.array,
      let state = json["state"]?.array, let output = json["output"]?.array,
      from >= 0, to >= 0, (0...max(from, to)).contains(first)
    else { return nil }
    let leaves = state.compactMap(Leaf.init)
    let rows = steps.map { step in
      (step.string ?? "").split(separator: " ").map { UInt64(hex: String($0)) }
    }
    let uses = (json["files"]?.array ?? []).map { FileUse($0) }
    let numbers = output.map(\.exactDouble)
    guard leaves.count == state.count, !uses.contains(nil), !numbers.contains(nil),
      rows.allSatisfy({ !$0.isEmpty && !$0.contains(nil) }),
      let digests = StepDigests(rows.map { $0.compactMap { $0 } })
    else { return nil }
    var holds: Bool?
    if case .bool(let answer)? = json["holds"] { holds = answer }
    var continues = false
    if case .bool(let answer)? = json["continues"] { continues = answer }
    self.init(
      typed: typed, canonical: canonical, from: from, to: to, first: first,
      steps: digests,
      state: leaves, lastOutput: numbers.compactMap { $0 }, files: uses.compactMap { $0 },
      drawn: (json["drawn"]?.array ?? []).compactMap(\.string), holds: holds,
      continues: continues)
  }
}

extension SessionEvent.Leaf {
  var json: JSONValue {
    .object([.init("path", .string(path)), .init("digest", .string(digest.hex))])
  }

  init?(_ json: JSONValue) {
    guard let path = json["path"]?.string,
      let digest = json["digest"]?.string.flatMap({ UInt64(hex: $0) })
    else { return nil }
    self.init(path: path, digest: digest)
  }
}

extension UInt64 {
  /// 16 hexadecimal digits.
  package var hex: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Reads 16 hexadecimal digits.
  package init?(hex: String) {
    guard hex.utf8.count == 16, let value = UInt64(hex, radix: 16) else { return nil }
    self = value
  }
}

extension JSONValue {
  /// A number with all its digits; NaN and infinities as words.
  static func exact(_ value: Double) -> JSONValue {
    value.isFinite
      ? .number(value) : .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
  }

  var exactDouble: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    case .null, .bool, .string, .array, .object: nil
    }
  }
}
