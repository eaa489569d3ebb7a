public import Diagnostics

/// Operands that do not fit an operation, found while a program was being built or checked.
public struct ShapeError: DiagnosticError, Hashable {
  /// There is one kind only.
  public enum Code: DiagnosticCode {
    /// The operands do not fit the operation.
    case operands

    /// Whose mistake it is.
    public var origin: DiagnosticOrigin { .layers }
  }

  /// What kind of mistake it is.
  public var code: Code { .operands }
  /// The layer path in which it happened; empty at the root.
  public var path: String
  /// The operation, such as `dot`.
  public var op: String
  /// What was found.
  public var found: String
  /// What would have fitted.
  public var expected: String
  /// Where in the source of the layer the operation was written, as `file:line`, if known.
  public var callSite: String?

  /// Makes an error.
  public init(path: String, op: String, found: String, expected: String, callSite: String? = nil) {
    self.path = path
    self.op = op
    self.found = found
    self.expected = expected
    self.callSite = callSite
  }

  /// One line: where, what was found, what was expected.
  public var description: String {
    let place = path.isEmpty ? "." : path
    let source = callSite.map { " (\($0))" } ?? ""
    return "\(place): \(op): found \(found), expected \(expected)\(source)"
  }
}

/// All the shape errors of one trace.
public struct ShapeErrors: DiagnosticError {
  /// What kind of mistakes they are.
  public var code: ShapeError.Code { .operands }
  /// The errors, in the order in which they were met.
  public var errors: [ShapeError]

  /// Collects errors.
  public init(_ errors: [ShapeError]) { self.errors = errors }

  /// One line an error.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
