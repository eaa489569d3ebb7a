// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// Why a file could not be opened, read or written.
public typealias FileError = Diagnostic<FileErrorCode>

/// The kinds of ``FileError``.
public enum FileErrorCode: String, DiagnosticCode {
  /// There is no such file.
  case notFound
  /// The path is a folder.
  case isDirectory
  /// The file may not be read, or reading it failed.
  case notReadable
  /// The file ended before the bytes that were requested; it may have been cut while open.
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

  /// `…; expected …`.
  public static var wording: DiagnosticWording { .sentence }

  /// What was found, in words.
  var sentence: String {
    switch self {
    case .notFound: "there is no such file"
    case .isDirectory: "this is a folder, not a file"
    case .notReadable: "the file cannot be read"
    case .tooShort: "the file ended while it was being read"
    case .tooLong: "the input does not end"
    case .notWritable: "the file cannot be written"
    case .stopped: "stopped"
    case .exists: "there is such a file already"
    }
  }
}

extension FileError {
  /// Makes an error of a path as the user gave it; the note is what the system said.
  package init(_ code: Kind, path: String, note: String? = nil, suggestion: String? = nil) {
    self.init(
      code: code, path: path, found: code.sentence, suggestion: suggestion,
      notes: note.map { [$0] } ?? [])
  }
}
