import Diagnostics

/// What was requested on the command line and cannot be done; the exit status is 3.
typealias Failure = Diagnostic<FailureCode>

/// The kinds of ``Failure``.
enum FailureCode: DiagnosticCode {
  /// The request makes no sense, or what it names is not as it says.
  case request

  var origin: DiagnosticOrigin { .request }

  static var wording: DiagnosticWording { .sentence }
}

extension Failure {
  /// Makes a failure with its whole message.
  init(_ message: String) {
    self.init(code: .request, found: message)
  }
}
