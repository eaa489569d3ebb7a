public import Diagnostics

/// Why a config cannot be read, written or built.
public struct ConfigError: DiagnosticError, Equatable {
  /// What kind of mistake it is.
  public enum Code: String, DiagnosticCode, CaseIterable {
    /// The text does not follow its grammar.
    case syntax
    /// No field of that name.
    case unknownField
    /// No layer of that name.
    case unknownLayer
    /// A value that is none of the legal words.
    case unknownWord
    /// A required field is absent.
    case missingField
    /// A value of the wrong type.
    case wrongType
    /// A single field is given more than once.
    case duplicateField
    /// Several cases are given where exactly one is legal.
    case severalCases
    /// No case is given where exactly one is needed.
    case noCase
    /// A number that its type cannot hold.
    case outOfRange
    /// Messages inside messages beyond the limit.
    case tooDeep
    /// A layer that is in the schema and has no implementation here.
    case notAvailable
    /// A Swift layer that has no message, so that no notation can hold it.
    case noNotation
    /// Two layers claim one name or number.
    case conflict

    /// Whose mistake it is.
    public var origin: DiagnosticOrigin {
      .layers
    }
  }

  /// What kind of mistake it is.
  public var code: Code
  /// Where in the tree, such as `serial.layers[2].conv1d.filters`; empty for the root.
  public var path: String
  /// Where in the text, if there was one.
  public var position: SourcePosition?
  /// What was found.
  public var found: String
  /// What would be right.
  public var expected: String
  /// What was probably meant, or what to do.
  public var suggestion: String?
  /// Further mistakes in the same config, in the order of the text.
  public var others: [ConfigError] = []

  /// Creates an error.
  public init(
    _ code: Code, path: String = "", position: SourcePosition? = nil, found: String,
    expected: String, suggestion: String? = nil
  ) {
    self.code = code
    self.path = path
    self.position = position
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
  }

  /// This error and all others of the same config.
  public var all: [ConfigError] {
    var first = self
    first.others = []
    return [first] + others
  }

  /// One error that carries all of the list, if there is any.
  package static func joined(_ errors: [ConfigError]) -> ConfigError? {
    guard var first = errors.first else { return nil }
    first.others += errors.dropFirst()
    return first
  }

  /// The same error seen from further up in the tree.
  package func inside(_ prefix: String) -> ConfigError {
    var copy = self
    copy.path = SpecPath.joined(prefix, path)
    copy.others = others.map { $0.inside(prefix) }
    return copy
  }
}

extension ConfigError {
  /// One line for each mistake: place, what was found, what is expected, what was meant.
  public var description: String {
    all.map(\.line).joined(separator: "\n")
  }

  private var line: String {
    var place = path
    if let position {
      place += place.isEmpty ? "line \(position)" : " (line \(position))"
    }
    let head = place.isEmpty ? "" : "\(place): "
    let tail = suggestion.map { "; \($0)" } ?? ""
    return "\(head)\(found), expected \(expected)\(tail)"
  }
}

/// Builds paths such as `serial.layers[2].conv1d.filters`.
package enum SpecPath {
  package static func joined(_ parent: String, _ child: String) -> String {
    if parent.isEmpty || child.isEmpty { return parent + child }
    return child.hasPrefix("[") ? parent + child : "\(parent).\(child)"
  }

  package static func element(_ field: FieldRow, _ index: Int) -> String {
    field.isRepeated ? "\(field.name)[\(index)]" : field.name
  }
}
