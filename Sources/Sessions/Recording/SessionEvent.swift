import Weights

/// One command as it was carried out, with digests of what came of it.
package struct SessionEvent: Hashable, Sendable {
  /// The line as typed.
  package var typed: String
  /// The line that does the same again.
  package var canonical: String
  /// Steps made before.
  package var from: Int
  /// Steps made after.
  package var to: Int
  /// For each step from `from + 1` to `to` (or none when going back), a digest a row of outputs and
  /// mask.
  package var steps: [[UInt64]]
  /// A digest of every state leaf at the end, in program order.
  package var state: [Leaf]
  /// The root's output in the last step where it is small enough.
  package var lastOutput: [Double]?

  /// The digest of a state leaf.
  package struct Leaf: Hashable, Sendable {
    package var path: String
    package var digest: UInt64
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("typed", .string(typed)), .init("command", .string(canonical)),
      .init("from", .integer(from)), .init("to", .integer(to)),
      .init("steps", .array(steps.map { .array($0.map { .string($0.hex) }) })),
      .init(
        "state",
        .array(state.map { .array([.string($0.path), .string($0.digest.hex)]) })),
    ]
    if let lastOutput {
      members.append(.init("output", .array(lastOutput.map { JSONValue.exact($0) })))
    }
    return .object(members)
  }

  package init(
    typed: String, canonical: String, from: Int, to: Int, steps: [[UInt64]], state: [Leaf],
    lastOutput: [Double]?
  ) {
    self.typed = typed
    self.canonical = canonical
    self.from = from
    self.to = to
    self.steps = steps
    self.state = state
    self.lastOutput = lastOutput
  }

  init?(_ json: JSONValue) {
    guard let typed = json["typed"]?.string, let canonical = json["command"]?.string,
      let from = json["from"]?.integer, let to = json["to"]?.integer,
      let steps = json["steps"]?.array, let state = json["state"]?.array
    else { return nil }
    self.typed = typed
    self.canonical = canonical
    self.from = from
    self.to = to
    self.steps = steps.map { ($0.array ?? []).compactMap { $0.string.flatMap(UInt64.init(hex:)) } }
    self.state = state.compactMap { entry in
      guard let pair = entry.array, pair.count == 2, let path = pair[0].string,
        let digest = pair[1].string.flatMap(UInt64.init(hex:))
      else { return nil }
      return Leaf(path: path, digest: digest)
    }
    lastOutput = json["output"]?.array?.compactMap(\.exactDouble)
  }
}

extension UInt64 {
  /// 16 hexadecimal digits.
  package var hex: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  package init?(hex: String) {
    guard hex.utf8.count == 16, let value = UInt64(hex, radix: 16) else { return nil }
    self = value
  }
}

extension JSONValue {
  /// A number with all its digits; NaN and infinities as words.
  static func exact(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .string(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
  }

  var exactDouble: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string("nan"): .nan
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    case .null, .bool, .string, .array, .object: nil
    }
  }
}
