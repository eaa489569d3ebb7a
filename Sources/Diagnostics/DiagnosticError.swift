/// A ``Diagnostic`` of any kind, for whoever shows one.
public protocol DiagnosticError: Error, Sendable, CustomStringConvertible {
  /// Whose mistake it is.
  var origin: DiagnosticOrigin { get }
}
