public import Diagnostics

/// Why a config cannot be read, written or built.
public typealias ConfigError = Diagnostic<ConfigErrorCode>

/// The kinds of ``ConfigError``.
public enum ConfigErrorCode: String, DiagnosticCode, CaseIterable {
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
  public var origin: DiagnosticOrigin { .layers }

  /// `…, expected …`.
  public static var wording: DiagnosticWording { .grammar }
}

extension ConfigError {
  /// Makes an error at a place in the tree, such as `serial.layers[2].conv1d.filters`.
  public init(
    _ code: Kind, path: String = "", position: SourcePosition? = nil, found: String,
    expected: String, suggestion: String? = nil
  ) {
    self.init(
      code: code, path: path, position: position, found: found, expected: expected,
      suggestion: suggestion)
  }

  /// The same error seen from further up in the tree.
  package func inside(_ prefix: String) -> ConfigError {
    var copy = self
    copy.path = SpecPath.joined(prefix, path)
    copy.others = others.map { $0.inside(prefix) }
    return copy
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
