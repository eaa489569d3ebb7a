import Diagnostics

/// Why a program cannot be differentiated as asked.
public struct DifferentiationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Hashable, Sendable {
    /// The program has no such output.
    case unknownOutput
    /// The program has no such input.
    case unknownInput
    /// Integers, bools and complex numbers carry no gradient.
    case notFloating
  }

  /// What is wrong.
  public var code: Code
  /// The name of the output or input.
  public var path: String
  /// What was found.
  public var found: String
  /// What would have been right.
  public var expected: String
  /// The name that was probably meant.
  public var suggestion: String?

  /// Makes an error.
  public init(
    code: Code, path: String, found: String, expected: String, suggestion: String? = nil
  ) {
    self.code = code
    self.path = path
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
  }

  /// One line: where, what was found, what was expected, what was probably meant.
  public var description: String {
    let hint = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
    return "\(path): found \(found), expected \(expected)\(hint)"
  }

  static func unknownOutput(_ name: String, in program: Program) -> DifferentiationError {
    unknown(.unknownOutput, "output", name, among: program.outputs.map(\.name))
  }

  static func unknownInput(_ name: String, in program: Program) -> DifferentiationError {
    unknown(.unknownInput, "input", name, among: program.inputs.map(\.name))
  }

  private static func unknown(
    _ code: Code, _ kind: String, _ name: String, among names: [String]
  ) -> DifferentiationError {
    DifferentiationError(
      code: code, path: name, found: "no \(kind) of that name",
      expected: names.isEmpty ? "a program with an \(kind)" : names.joined(separator: ", "),
      suggestion: NearestName.of(name, among: names))
  }

  static func notFloating(_ name: String, _ type: ValueType) -> DifferentiationError {
    DifferentiationError(
      code: .notFloating, path: name, found: "\(type)", expected: "a floating dtype")
  }
}
