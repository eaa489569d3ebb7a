package import Runtime
import Tensors

/// The input of a session: the sequences, and how they were asked for.
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
  /// What the user should know, such as a rate that contradicts the stack.
  package var notes: [String]

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
