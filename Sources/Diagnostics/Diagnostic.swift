/// A mistake: where it is, what was found there, what would be right, and what to do about it.
///
/// All parts of the package throw this one type. Each has codes of its own and a name for its
/// diagnostics, such as `LayerError`, so that a caller switches over the codes that a function can throw.
public struct Diagnostic<Kind: DiagnosticCode>: DiagnosticError, Hashable {
  /// The kinds of mistakes.
  public typealias Code = Kind

  /// What kind of mistake it is.
  public var code: Kind
  /// The file, layer or option; empty at the root.
  public var path: String
  /// What it is about at that path: a kind of layer, an operation, an instruction; empty where the path
  /// says all.
  public var subject: String
  /// The field of the subject, if one is to blame.
  public var field: String?
  /// Where in a text, if there was one.
  public var position: SourcePosition?
  /// What was found.
  public var found: String
  /// What would be right, if it can be said.
  public var expected: String?
  /// What to do about it, such as the name that was probably meant.
  public var suggestion: String?
  /// What else is known, such as what the system said.
  public var notes: [String]
  /// Further mistakes in the same thing, in their order there.
  public var others: [Self]

  /// Makes a diagnostic.
  public init(
    code: Kind, path: String = "", subject: String = "", field: String? = nil,
    position: SourcePosition? = nil, found: String, expected: String? = nil,
    suggestion: String? = nil, notes: [String] = [], others: [Self] = []
  ) {
    self.code = code
    self.path = path
    self.subject = subject
    self.field = field
    self.position = position
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
    self.notes = notes
    self.others = others
  }

  /// This mistake and all others of the same thing.
  public var all: [Self] {
    var first = self
    first.others = []
    return [first] + others
  }

  /// One diagnostic that carries all of a list; nil for an empty list.
  package static func joined(_ diagnostics: [Self]) -> Self? {
    guard var first = diagnostics.first else { return nil }
    first.others += diagnostics.dropFirst()
    return first
  }
}

extension Diagnostic {
  /// One line a mistake: where, what was found, what was expected, notes in brackets, what to do.
  public var description: String { all.map(\.line).joined(separator: "\n") }

  /// Whose mistake it is.
  public var origin: DiagnosticOrigin { code.origin }

  private var line: String {
    let wording = Kind.wording
    let place = Kind.place(of: self)
    var text = place.isEmpty ? "" : "\(place): "
    text += wording.found + found
    if let expected { text += wording.expected + expected }
    for note in notes { text += " (\(note))" }
    if let suggestion { text += "; \(suggestion)" }
    return text
  }
}
