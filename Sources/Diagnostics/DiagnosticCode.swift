/// The kinds of mistakes that one part of the package finds.
public protocol DiagnosticCode: Hashable, Sendable {
  /// Whose mistake it is, so that code that shows it need not list the codes.
  var origin: DiagnosticOrigin { get }

  /// The words around what was found and what was expected.
  static var wording: DiagnosticWording { get }

  /// How the place of a mistake is written.
  static func place(of diagnostic: Diagnostic<Self>) -> String
}

extension DiagnosticCode {
  /// The path, and the line and column if there is a text.
  public static func place(of diagnostic: Diagnostic<Self>) -> String {
    guard let position = diagnostic.position else { return diagnostic.path }
    let line = "line \(position)"
    return diagnostic.path.isEmpty ? line : "\(diagnostic.path) (\(line))"
  }
}

/// The words around what was found and what was expected.
public enum DiagnosticWording: Sendable {
  /// Values that differ: `found [3], expected [4]`.
  case values
  /// A text or graph: `found -, expected a number` where what was found says so itself.
  case grammar
  /// A sentence: `there is no input; expected a file`.
  case sentence

  var found: String { self == .values ? "found " : "" }

  var expected: String { self == .sentence ? "; expected " : ", expected " }
}

/// Whose mistake it is.
public enum DiagnosticOrigin: Hashable, Sendable {
  /// What was typed or requested.
  case request
  /// A file that cannot be read or written, or does not hold what it should.
  case file
  /// The layers, or what they are given.
  case layers
  /// More memory than there may be.
  case memory
  /// The user stopped it.
  case cancelled
  /// The program itself: nothing that is typed or read can cause it.
  case program
}
