import Diagnostics

/// A file that a recorded command reads and may not.
package struct FileRequest: Hashable, Sendable {
  /// The path as the session has it.
  package var name: String
  /// Where that leads.
  package var place: String

  /// The name as it is typed in a line.
  var operand: String {
    name.contains { $0.isWhitespace || "\"#>()[]{}%".contains($0) } || name.hasPrefix("--")
      ? QuotedText.of(name) { "\\u{\(String($0, radix: 16))}" } : name
  }

  /// Why it is not read, and what to do.
  var refusal: CommandError {
    let shown = name == place ? name : "\(name), which is \(place),"
    return CommandError(
      .untrusted,
      found: "\(shown) is not read: it is no plain file in the folder of the session",
      expected: "one, unless you agree to another by its name",
      suggestion: "if you want it read: trust \(operand), or --trust \(operand) in scripts")
  }
}
