/// Operands that do not fit an operation, found while a program was being built or checked.
public struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
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
public struct ShapeErrors: Error, Sendable, CustomStringConvertible {
  /// The errors, in the order in which they were met.
  public var errors: [ShapeError]

  /// Collects errors.
  public init(_ errors: [ShapeError]) { self.errors = errors }

  /// One line an error.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
