import Layers
import Runtime
import Tensors

/// What `show differences[row]` and `show tokens[row, t]` are about; row 0 where it is not said.
struct ListedPlace {
  let isDifferences: Bool
  var row = 0
  var time: Int?

  /// Nil for other words.
  ///
  /// - Throws: ``CommandError`` for a row or a timestep that there is not.
  init?(_ text: String, _ session: Session) throws(CommandError) {
    guard let word = ["differences", "tokens"].first(where: text.hasPrefix) else { return nil }
    isDifferences = word == "differences"
    let slice = text.dropFirst(word.count)
    guard !slice.isEmpty else { return }
    guard slice.hasPrefix("["), slice.hasSuffix("]") else { return nil }
    let parts = slice.dropFirst().dropLast().split(separator: ",").map {
      Int($0.drop { $0 == " " })
    }
    let rows = session.document.input?.sequence.batch ?? 1
    guard parts.count <= (isDifferences ? 1 : 2), let first = parts.first, let row = first,
      (0..<rows).contains(row)
    else {
      throw CommandError(
        .invalidOperand, found: text, expected: "a row of the batch, 0 to \(rows - 1)",
        suggestion: isDifferences ? "differences[0]" : "tokens[0, 3]")
    }
    self.row = row
    guard parts.count == 2 else { return }
    let end = session.plan.map { min($0.boundaries[session.position], $0.time) } ?? 0
    guard let time = parts[1], (0..<end).contains(time) else {
      throw CommandError(
        .invalidOperand, found: text,
        expected: end > 0 ? "a timestep that was stepped over, 0 to \(end - 1)" : "a step first")
    }
    self.time = time
  }
}
