// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// A command that cannot be carried out.
///
/// The document and the position stay as they were.
public typealias CommandError = Diagnostic<CommandErrorCode>

/// The kinds of ``CommandError``.
public enum CommandErrorCode: String, DiagnosticCode {
  /// The line does not follow the grammar.
  case syntax
  /// There is no such command.
  case unknownCommand
  /// There is no such option of the command.
  case unknownOption
  /// No layer has that path.
  case unknownPath
  /// Several layers have that name.
  case ambiguousPath
  /// A path does not have that facet, leaf or field.
  case unknownFacet
  /// An operand is missing or has the wrong form.
  case invalidOperand
  /// The command needs something that the session does not have yet.
  case notReady
  /// The position is at the end.
  case atTheEnd
  /// A file cannot be read or written.
  case file
  /// A session wants to read a file that the user has not agreed to.
  case untrusted
  /// The layers do not fit.
  case invalidStack
  /// A layer is named that is not registered.
  case unknownLayer
  /// It would take more memory than there may be.
  case memory
  /// A check did not hold.
  case checkFailed
  /// A recorded digest is not what was computed.
  case diverged
  /// The user stopped the computation.
  case cancelled
  /// The program went wrong; nothing that was typed or read is to blame.
  case programFault

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin {
    switch self {
    case .file: .file
    case .invalidStack, .unknownLayer: .layers
    case .memory: .memory
    case .cancelled: .cancelled
    case .programFault: .program
    case .syntax, .unknownCommand, .unknownOption, .unknownPath, .ambiguousPath, .unknownFacet,
      .invalidOperand, .notReady, .atTheEnd, .untrusted, .checkFailed, .diverged:
      .request
    }
  }

  /// `…; expected …`.
  public static var wording: DiagnosticWording { .sentence }
}

extension CommandError {
  /// Makes an error.
  public init(_ code: Kind, found: String, expected: String? = nil, suggestion: String? = nil) {
    self.init(code: code, found: found, expected: expected, suggestion: suggestion)
  }
}
