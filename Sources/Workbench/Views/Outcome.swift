/// A line for the log, with what it means.
package struct OutputLine: Hashable, Sendable {
  /// How a line is distinguished from others: each has a sign of its own before it.
  package enum Tone: Hashable, Sendable {
    case command, plain, good, bad, hint
  }

  package var text: String
  package var tone: Tone

  package init(_ text: String, _ tone: Tone = .plain) {
    self.text = text
    self.tone = tone
  }
}

/// What became of one command line.
package struct Outcome: Hashable, Sendable {
  /// Whether the line was performed, refused, ends the program, or needs more of it.
  package enum Status: Hashable, Sendable {
    case done, failed, quit, incomplete
  }

  package var lines: [OutputLine]
  package var status: Status
  /// A line that the user finds in the editor to go on with, instead of the lines that say the same.
  package var prefill: String?
  /// What the panels show behind it.
  package var view: SessionView?

  package init(_ lines: [OutputLine] = [], status: Status = .done, prefill: String? = nil) {
    self.lines = lines
    self.status = status
    self.prefill = prefill
  }
}

/// How far a long command is.
package struct Progress: Hashable, Sendable {
  package var label: String
  package var done: Int
  package var total: Int
  /// How long the rest will take; nil where too little is done to tell.
  package var secondsLeft: Double?

  package init(label: String, done: Int, total: Int) {
    self.label = label
    self.done = done
    self.total = total
  }

  /// Such as `run 731/1000, 12 s left`.
  package var text: String {
    (["\(label) \(done)/\(total)"] + [leftText].compactMap { $0 }).joined(separator: ", ")
  }
}
