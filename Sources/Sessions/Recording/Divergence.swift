package import Serialization

extension Replay {
  /// The first place where the replay is not what was recorded.
  package struct Divergence: Hashable, Sendable {
    /// What is not as it was.
    package enum What: String, Hashable, Sendable {
      /// What the root puts out.
      case output
      /// A state leaf, while all outputs are as they were.
      case state
      /// The steps that were made.
      case steps
      /// The answer of a check.
      case check
      /// A command that could be carried out then.
      case command
    }

    /// One number of the root's output, then and now.
    package struct Value: Hashable, Sendable {
      /// The step that put it out, from 1.
      package var step: Int
      package var row: Int
      /// The output timestep, negative for warm-up.
      package var timestep: Int
      package var channel: Int
      package var recorded: Double
      package var new: Double
    }

    package var event: Int
    package var command: String
    package var what: What
    /// The step, from 1.
    package var step: Int?
    /// The input timesteps of the step.
    package var timesteps: Range<Int>?
    /// The output timesteps that the step has put out, warm-up negative.
    package var outputTimesteps: Range<Int>?
    package var row: Int?
    /// The layer whose output or state it is.
    package var layer: String?
    /// The first differing state leaf in program order.
    package var leaf: String?
    /// The first number that differs, of the last step of the event: only of that are numbers kept.
    package var value: Value?
    package var detail: String

    /// Where and what, on one line.
    package var text: String {
      var place = "event \(event) (\(command))"
      if let step { place += ", step \(step)" }
      if let timesteps, let last = timesteps.last {
        place +=
          timesteps.count == 1
          ? ", input timestep \(last)" : ", input timesteps \(timesteps.lowerBound) to \(last)"
      }
      if let row { place += ", row \(row)" }
      if let layer { place += ", layer \(layer.shown)" }
      if let leaf { place += ", state \(leaf)" }
      return "\(place): \(detail)"
    }
  }
}

extension Replay.Divergence {
  /// The members of `replay --json`; null for what is not known.
  package var members: [JSONValue.Member] {
    let isInStep = value?.step == step
    return [
      .init("event", .integer(event)), .init("command", .string(command)),
      .init("what", .string(what.rawValue)), .init("step", Self.json(step)),
      .init("input_timesteps", Self.json(timesteps)), .init("layer", Self.json(layer?.shown)),
      .init("state", Self.json(leaf)), .init("row", Self.json(row)),
      .init("timestep", Self.json(isInStep ? value?.timestep : outputTimesteps?.first)),
      .init("timesteps", Self.json(outputTimesteps)),
      .init("channel", Self.json(isInStep ? value?.channel : nil)),
      .init("recorded", isInStep ? value.map { .exact($0.recorded) } ?? .null : .null),
      .init("new", isInStep ? value.map { .exact($0.new) } ?? .null : .null),
      .init("kept", value?.json ?? .null), .init("detail", .string(detail)),
    ]
  }

  private static func json(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }
  private static func json(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// The first and the last.
  private static func json(_ range: Range<Int>?) -> JSONValue {
    guard let range, let last = range.last else { return .null }
    return .array([.integer(range.lowerBound), .integer(last)])
  }
}

extension Replay.Divergence.Value {
  var json: JSONValue {
    .object([
      .init("step", .integer(step)), .init("row", .integer(row)),
      .init("timestep", .integer(timestep)), .init("channel", .integer(channel)),
      .init("recorded", .exact(recorded)), .init("new", .exact(new)),
    ])
  }

  /// Place and both numbers.
  var text: String {
    let time =
      timestep < 0 ? "warm-up output \(-timestep) before the first" : "output timestep \(timestep)"
    return "\(time), channel \(channel): ours \(new), recorded \(recorded)"
  }
}
