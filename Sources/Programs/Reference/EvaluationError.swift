/// Why a program could not be evaluated with the given inputs.
public struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Code: String, Hashable, Sendable {
    /// Too few or too many inputs.
    case inputCount
    /// An input of another dtype or shape than the program's.
    case inputType
  }

  /// What kind of mistake it is.
  public var code: Code
  /// The input's name; empty when the mistake is in the number of inputs.
  public var path: String
  /// What was given.
  public var found: String
  /// What the program takes.
  public var expected: String

  /// One line: which input, what was found, what was expected.
  public var description: String {
    let place = path.isEmpty ? "inputs" : "input \(path)"
    return "\(place): found \(found), expected \(expected)"
  }
}
