import Sessions
import Testing

/// Lines typed one after another, each with a part of the answer.
///
/// A part that begins with `!` must be
/// in an error.
struct Dialog: Sendable, CustomTestStringConvertible {
  let name: String
  let turns: [(line: String, answer: String)]
  var testDescription: String { name }

  init(_ name: String, _ setup: [String], _ turns: [(String, String)]) {
    self.name = name
    self.turns = setup.map { ($0, "") } + turns.map { (line: $0.0, answer: $0.1) }
  }

  /// Types the lines and looks at the answers.
  func hold(_ workspace: Workspace, sourceLocation: SourceLocation = #_sourceLocation) {
    for turn in turns {
      let outcome = workspace.perform(turn.line)
      let error = outcome.error.map { "\($0)" } ?? ""
      if turn.answer.hasPrefix("!") {
        let part = turn.answer.dropFirst()
        #expect(
          outcome.status == 3 && error.contains(part), "\(turn.line) → \(error) \(outcome.lines)",
          sourceLocation: sourceLocation)
      } else {
        let text = outcome.lines.joined(separator: "\n")
        #expect(
          outcome.status != 3 && text.contains(turn.answer), "\(turn.line) → \(text) \(error)",
          sourceLocation: sourceLocation)
      }
    }
  }
}
