/// A command that cannot be carried out.
///
/// The document and the position stay as they were.
public struct CommandError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Code: String, Hashable, Sendable {
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
  }

  /// What kind of mistake it is.
  public var code: Code
  /// What was found.
  public var found: String
  /// What would have been right.
  public var expected: String
  /// What to do, with the nearest names.
  public var suggestion: String?

  /// Makes an error.
  public init(_ code: Code, found: String, expected: String = "", suggestion: String? = nil) {
    self.code = code
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
  }

  /// One line: what was found, what was expected, what to do.
  public var description: String {
    let wish = expected.isEmpty ? "" : "; expected \(expected)"
    return found + wish + (suggestion.map { "; \($0)" } ?? "")
  }
}
