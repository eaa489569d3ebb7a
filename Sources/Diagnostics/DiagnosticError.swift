/// An error whose code says whose mistake it is.
public protocol DiagnosticError: Error, Sendable, CustomStringConvertible {
  /// The kinds of mistakes.
  associatedtype Code: DiagnosticCode
  /// What kind of mistake it is.
  var code: Code { get }
}

/// The kinds of mistakes that one part of the library finds.
public protocol DiagnosticCode: Hashable, Sendable {
  /// Whose mistake it is, so that whoever shows the error need not know the code.
  var origin: DiagnosticOrigin { get }
}

/// Whose mistake an error is about.
public enum DiagnosticOrigin: Hashable, Sendable {
  /// What was typed or asked for.
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
