public import Diagnostics

/// Why a file could not be opened, read or written.
public struct FileError: DiagnosticError, Hashable {
  /// What kind of failure it was.
  public enum Code: String, DiagnosticCode {
    /// There is no such file.
    case notFound
    /// The path is a folder.
    case isDirectory
    /// The file may not be read, or reading it failed.
    case notReadable
    /// The file ended before the bytes that were asked for; it may have been cut while open.
    case tooShort
    /// Something that is not a regular file delivers more than can be held.
    case tooLong
    /// The file could not be written.
    case notWritable
    /// The user wanted the reading or writing stopped.
    case stopped
    /// There is a file already, which was not to be replaced.
    case exists

    /// Whose mistake it is.
    public var origin: DiagnosticOrigin {
      switch self {
      case .stopped: .cancelled
      case .notFound, .isDirectory, .notReadable, .tooShort, .tooLong, .notWritable, .exists: .file
      }
    }
  }

  /// What kind of failure it was.
  public let code: Code
  /// The path as the user gave it.
  public let path: String
  /// What the system said, if it said anything.
  public let found: String?
  /// What to do about it, such as the nearest file name in the same folder.
  public let suggestion: String?

  package init(_ code: Code, path: String, found: String? = nil, suggestion: String? = nil) {
    self.code = code
    self.path = path
    self.found = found
    self.suggestion = suggestion
  }

  /// One sentence for people.
  public var description: String {
    let reason =
      switch code {
      case .notFound: "there is no such file"
      case .isDirectory: "this is a folder, not a file"
      case .notReadable: "the file cannot be read"
      case .tooShort: "the file ended while it was being read"
      case .tooLong: "the input does not end"
      case .notWritable: "the file cannot be written"
      case .stopped: "stopped"
      case .exists: "there is such a file already"
      }
    let details = found.map { " (\($0))" } ?? ""
    return "\(path): \(reason)\(details)" + (suggestion.map { "; \($0)" } ?? "")
  }
}
