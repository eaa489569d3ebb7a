import Diagnostics
import Runtime
import Tensors

/// `memory [SIZE]`.
struct MemoryCommand: Command {
  let name = "memory"
  let usage = "memory [SIZE]"
  let summary =
    "Says what the session may keep of its runs and what it does keep, or sets it, such as 512MB; what is "
    + "beyond that is computed again when it is looked at."
  // No number depends on it.
  let isRecorded = false
  let examples = ["memory", "memory 256MB"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard !line.operands.isEmpty else {
      return CommandOutput(try MemoryListing.table(session).lines)
    }
    let text = line.operands.joined(separator: " ")
    guard let byteCount = MemoryBudget.byteCount(text) else {
      throw CommandError(
        .invalidOperand, found: text, expected: "a size such as 512MB or 2GB")
    }
    let least = session.run?.leastHistory ?? HistoryBudget.least
    guard byteCount >= least else {
      throw CommandError(
        .memory, found: "\(NumberText.bytes(byteCount)) for what is kept of a run",
        expected:
          "at least \(NumberText.bytes(least)): two states, and the outputs of all layers in a few "
          + "steps and in a piece of the layer-wise run",
        suggestion: "memory \(NumberText.bytes(least).filter { $0 != " " })")
    }
    session.history = HistoryBudget(byteCount)
    session.run?.setBudget(session.history)
    return CommandOutput(try MemoryListing.table(session).lines)
  }
}
