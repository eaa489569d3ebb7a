public import Diagnostics

/// Why a program cannot be differentiated as asked.
public typealias DifferentiationError = Diagnostic<DifferentiationErrorCode>

/// The kinds of ``DifferentiationError``.
public enum DifferentiationErrorCode: String, DiagnosticCode {
  /// The program has no such output.
  case unknownOutput
  /// The program has no such input.
  case unknownInput
  /// Integers, bools and complex numbers carry no gradient.
  case notFloating

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { .program }

  /// `found …, expected …`.
  public static var wording: DiagnosticWording { .values }
}

extension DifferentiationError {
  static func unknownOutput(_ name: String, in program: Program) -> DifferentiationError {
    unknown(.unknownOutput, "output", name, among: program.outputs.map(\.name))
  }

  static func unknownInput(_ name: String, in program: Program) -> DifferentiationError {
    unknown(.unknownInput, "input", name, among: program.inputs.map(\.name))
  }

  private static func unknown(
    _ code: Kind, _ kind: String, _ name: String, among names: [String]
  ) -> DifferentiationError {
    DifferentiationError(
      code: code, path: name, found: "no \(kind) of that name",
      expected: names.isEmpty ? "a program with an \(kind)" : names.joined(separator: ", "),
      suggestion: NearestName.of(name, among: names).map { "did you mean \"\($0)\"?" })
  }

  static func notFloating(_ name: String, _ type: ValueType) -> DifferentiationError {
    DifferentiationError(
      code: .notFloating, path: name, found: "\(type)", expected: "a floating dtype")
  }
}
