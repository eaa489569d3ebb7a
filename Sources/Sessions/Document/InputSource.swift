package import Runtime
import Tensors

/// The input of a session: the sequences, and how they were requested.
package struct InputSource: Sendable {
  /// The operands of the `input` command that made it.
  package var command: String
  /// The sequences.
  package var sequence: SequenceTensor
  /// A name for each row.
  package var names: [String]
  /// Timesteps a second, where known.
  package var sampleRateHz: Int?
  /// Whether the timesteps are bytes of a text.
  package var isText: Bool
  /// Where the tokens come from that were appended, in the order of time.
  package var appended: [AppendedTokens] = []
  /// Notes for the user, such as a rate that contradicts the stack.
  package var notes: [String]

  /// Where the token of a timestep comes from.
  package func source(at time: Int) -> AppendedTokens.Source? {
    appended.first { $0.times.contains(time) }?.source
  }

  /// Notes that a timestep was appended in the place of what came later.
  mutating func append(_ source: AppendedTokens.Source, at time: Int) {
    appended = appended.compactMap { span in
      guard span.times.lowerBound < time else { return nil }
      return AppendedTokens(source: span.source, times: span.times.clamped(to: 0..<time))
    }
    if let last = appended.last, last.source == source, last.times.upperBound == time {
      appended[appended.count - 1].times = last.times.lowerBound..<time + 1
    } else {
      appended.append(AppendedTokens(source: source, times: time..<time + 1))
    }
  }

  package init(
    command: String, sequence: SequenceTensor, names: [String], sampleRateHz: Int? = nil,
    isText: Bool = false, notes: [String] = []
  ) {
    self.command = command
    self.sequence = sequence
    self.names = names
    self.sampleRateHz = sampleRateHz
    self.isText = isText
    self.notes = notes
  }
}

/// Timesteps that were appended one after another in the same way.
package struct AppendedTokens: Hashable, Sendable {
  /// How they were chosen.
  package enum Source: Hashable, Sendable {
    case sampled, forced
  }

  package var source: Source
  package var times: Range<Int>
}
