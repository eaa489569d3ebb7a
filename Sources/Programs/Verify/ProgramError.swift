public import Diagnostics

/// A broken invariant of a program, found by ``Program/verify()``.
///
/// Its subject is an instruction (`%12 = dot`), an input or an output, inside which bodies if any.
public typealias ProgramError = Diagnostic<ProgramErrorCode>

/// The kinds of ``ProgramError``.
public enum ProgramErrorCode: String, DiagnosticCode {
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

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { .program }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }

  /// `encoder/layers_3: %12 = dot`, with `.` for the root.
  public static func place(of diagnostic: Diagnostic<Self>) -> String {
    "\(diagnostic.path.isEmpty ? "." : diagnostic.path): \(diagnostic.subject)"
  }
}
