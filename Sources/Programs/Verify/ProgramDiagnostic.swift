/// A broken invariant of a program, found by ``Program/verify()``.
public struct ProgramDiagnostic: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of invariant is broken.
  public enum Code: String, Hashable, Sendable {
    /// A value is used that no earlier input or instruction defines.
    case undefinedValue
    /// A value is defined twice.
    case redefinedValue
    /// A value, scope or extent that a program cannot have.
    case outOfRange
    /// Operands do not fit an op.
    case operands
    /// Results are not those of the op.
    case results
    /// A name is used twice in one role.
    case duplicateName
    /// An input's type does not suit its role.
    case inputRole
    /// An output does not match the input that it belongs to.
    case outputRole
    /// A composite's own gradient does not suit its body.
    case compositeGradient
  }

  /// What kind of invariant is broken.
  public var code: Code
  /// The layer path; empty at the root.
  public var path: String
  /// The instruction (`%12 = dot`), input or output, inside which bodies if any.
  public var place: String
  /// What was found.
  public var found: String
  /// What would be valid.
  public var expected: String
  /// The nearest name, if a name was not found.
  public var suggestion: String?

  /// One line: where, what was found, what was expected.
  public var description: String {
    let scope = path.isEmpty ? "." : path
    let hint = suggestion.map { "; did you mean \($0)?" } ?? ""
    return "\(scope): \(place): found \(found), expected \(expected)\(hint)"
  }
}

/// All broken invariants of one program.
public struct InvalidProgram: Error, Sendable, CustomStringConvertible {
  /// The diagnostics, in program order.
  public var diagnostics: [ProgramDiagnostic]

  /// One line a diagnostic.
  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
