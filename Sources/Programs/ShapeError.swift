// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// Operands that do not fit an operation, found while a program was being built or checked.
public typealias ShapeError = Diagnostic<ShapeErrorCode>

/// The kinds of ``ShapeError``.
public enum ShapeErrorCode: DiagnosticCode {
  /// The operands do not fit the operation.
  case operands

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { .layers }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }

  /// `encoder/layers_3: dot`, with `.` for the root.
  public static func place(of diagnostic: Diagnostic<Self>) -> String {
    "\(diagnostic.path.isEmpty ? "." : diagnostic.path): \(diagnostic.subject)"
  }
}

extension ShapeError {
  /// Makes an error of a rule, which does not know where its operation is.
  package init(found: String, expected: String) {
    self.init(code: .operands, found: found, expected: expected)
  }

  /// Makes an error of an operation, such as `dot`, in a layer; `callSite` is where in the source of the
  /// layer it was written, as `file:line`.
  package init(path: String, op: String, found: String, expected: String?, callSite: String?) {
    self.init(
      code: .operands, path: path, subject: op, found: found, expected: expected,
      notes: callSite.map { [$0] } ?? [])
  }
}
