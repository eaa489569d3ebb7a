import Layers
import Tensors

/// `break COND`.
struct BreakCommand: Command {
  let name = "break"
  let usage = "break COND [if COND] [count N] | break | break clear [N]"
  let summary =
    "Stops step and run behind the first step of which a condition holds: a property (nan, inf, flips, "
    + "changes, unchanged) or a comparison of absmax, min, max, mean, norm, rms, entropy, valid, one element "
    + "or |step - layer|, of a facet or of any layer; row, t and step say where."
  let readsCondition = true
  let examples = [
    "break nan", "break c1 absmax > 3", "break c1[0, -1, 2] > 0.5 and out |step - layer| > 1e-4",
    "break norm(c1) / norm(out) > 10 if row == 1 count 2", "break c1:mask flips", "break",
    "break c1:state.buffer unchanged\nbreak clear 1",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var document = session.document
    let text = line.rest.trimmingBlanks
    guard !text.isEmpty else {
      var output = CommandOutput(Self.lines(document.breaks))
      output.isUnrecorded = true
      return output
    }
    if line.operands.first == "clear" {
      if line.operands.count == 1 {
        document.breaks = []
      } else {
        guard line.operands.count == 2, let number = Int(line.operands[1]),
          document.breaks.indices.contains(number - 1)
        else {
          throw CommandError(
            .invalidOperand, found: line.rest,
            expected: document.breaks.isEmpty
              ? "break clear" : "clear 1 to \(document.breaks.count)")
        }
        document.breaks.remove(at: number - 1)
      }
      try session.commit(document, as: "break \(text)", changing: .notes)
      return CommandOutput(Self.lines(document.breaks))
    }
    let point = try BreakPoint(text)
    _ = try BoundCondition(point.condition, try ConditionBinder(session))
    document.breaks.append(point)
    session.context.canonical = "break \(point.text)"
    try session.commit(document, as: "break \(point.text)", changing: .notes)
    return CommandOutput("break \(document.breaks.count): \(point.text)")
  }

  private static func lines(_ breaks: [BreakPoint]) -> [String] {
    breaks.isEmpty ? ["no breaks"] : breaks.enumerated().map { "break \($0 + 1): \($1.text)" }
  }
}

extension BreakPoint {
  /// Reads `COND [if COND] [count N]`.
  ///
  /// - Throws: ``CommandError`` `.syntax` with the place.
  init(_ text: String) throws(CommandError) {
    var words = text.split(separator: " ").map(String.init)
    count = 1
    if words.count > 2, words[words.count - 2] == "count" {
      guard let number = Int(words[words.count - 1]), number >= 1 else {
        throw CommandError(
          .syntax, found: "count \(words[words.count - 1])", expected: "a number from 1")
      }
      count = number
      words.removeLast(2)
    }
    // What stands behind if has to hold as well.
    words = words.map { $0 == "if" ? "and" : $0 }
    condition = try ConditionParser.condition(words.joined(separator: " "))
  }
}
