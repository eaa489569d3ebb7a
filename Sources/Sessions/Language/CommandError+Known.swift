import Diagnostics
import Layers

extension CommandError {
  /// Any error as one for people: its code says whose mistake it is, never its text.
  ///
  /// What no command and no file can cause is a fault of the program, and never said to be a mistake of
  /// the user's.
  package init(_ error: any Error) {
    switch error {
    case let error as CommandError: self = error
    case let error as ConfigError: self.init(error, in: "")
    case let error as any DiagnosticError: self.init(error, error.origin)
    default: self.init(programFault: error)
    }
  }

  private init(_ error: any DiagnosticError, _ origin: DiagnosticOrigin) {
    switch origin {
    case .request: self.init(.invalidOperand, found: "\(error)")
    case .file: self.init(.file, found: "\(error)")
    case .layers: self.init(.invalidStack, found: "\(error)")
    case .memory: self.init(.memory, found: "\(error)")
    case .cancelled: self.init(.cancelled, found: "stopped")
    case .program: self.init(programFault: error)
    }
  }

  /// A config that cannot be read, from a file or a line.
  init(_ error: ConfigError, in path: String) {
    let isUnknown = error.all.contains { $0.code == .unknownLayer }
    self.init(
      isUnknown ? .unknownLayer : .invalidStack,
      found: path.isEmpty ? "\(error)" : "\(path): \(error)")
  }

  private init(programFault error: any Error) {
    self.init(
      .programFault, found: "a fault of the program, \(type(of: error)): \(error)",
      expected: "no such error, whatever is typed or read",
      suggestion: "please report it, with the session if there is one")
  }
}
