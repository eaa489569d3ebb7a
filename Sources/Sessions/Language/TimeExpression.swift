/// A point in a run: `7` (blocks consumed), `i:120` (input timestep), `o:3` (output timestep of the
/// root), `2.36s`, `end` or `flushed`.
package enum TimeExpression: Hashable, Sendable {
  case blocks(Int)
  case input(Int)
  case output(Int)
  case seconds(Double)
  case end
  case flushed

  /// Reads a time.
  ///
  /// - Throws: ``CommandError`` `.syntax`.
  package init(_ text: String) throws(CommandError) {
    if text == "end" {
      self = .end
    } else if text == "flushed" {
      self = .flushed
    } else if let number = Int(text), number >= 0 {
      self = .blocks(number)
    } else if text.hasPrefix("i:"), let number = Int(text.dropFirst(2)), number >= 0 {
      self = .input(number)
    } else if text.hasPrefix("o:"), let number = Int(text.dropFirst(2)), number >= 0 {
      self = .output(number)
    } else if text.hasSuffix("s"), let number = Double(text.dropLast()), number >= 0,
      number.isFinite
    {
      self = .seconds(number)
    } else {
      throw CommandError(
        .syntax, found: "the time '\(text)'",
        expected: "blocks such as 7, i:120, o:3, 2.36s, end or flushed, written out: there is no "
          + "arithmetic, there are no variables")
    }
  }
}
