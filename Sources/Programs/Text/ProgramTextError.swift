public import Diagnostics

/// Why a text is not a program.
public typealias ProgramTextError = Diagnostic<ProgramTextErrorCode>

/// The kinds of ``ProgramTextError``.
public enum ProgramTextErrorCode: DiagnosticCode {
  /// The text does not follow the grammar, or names something that is not there.
  case syntax

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { .file }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }
}

extension ProgramTextError {
  /// Makes an error of a line, counted from 1; the nearest known word is a suggestion.
  package init(line: Int, found: String, expected: String, nearest: String? = nil) {
    self.init(
      code: .syntax, path: "line \(line)", found: found, expected: expected,
      suggestion: nearest.map { "did you mean \($0)?" })
  }
}
