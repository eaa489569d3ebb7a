/// Why a text is not a program.
public struct ProgramTextError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  public var line: Int
  /// The text at that place.
  public var found: String
  /// What would be valid there.
  public var expected: String
  /// The nearest known word, if one is unknown.
  public var suggestion: String?

  /// One line: where, what was found, what was expected.
  public var description: String {
    let hint = suggestion.map { "; did you mean \($0)?" } ?? ""
    return "line \(line): found \(found), expected \(expected)\(hint)"
  }
}
