package import Diagnostics

/// What ``JSONParser`` makes of a text: ``JSONValue``, or a tree that keeps the places in the text.
package protocol JSONTree {
  /// How deep brackets may nest, so that no text can exhaust the stack.
  static var deepest: Int { get }

  /// Whether a name may stand in one object twice.
  static var allowsRepeatedNames: Bool { get }

  /// The tree of a value that begins at a place.
  static func tree(_ part: JSONPart<Self>, at position: SourcePosition) throws(JSONError) -> Self
}

/// A value of JSON, with the trees of what is in it.
package enum JSONPart<Tree> {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([Tree])
  case object([Member])

  /// A name in an object, where it stands, and its value.
  package struct Member {
    package let name: String
    package let position: SourcePosition
    package let value: Tree
  }
}

/// What is wrong with a JSON text, and where.
package typealias JSONError = Diagnostic<JSONErrorCode>

/// The kinds of ``JSONError``.
package enum JSONErrorCode: DiagnosticCode {
  /// The text does not follow the grammar.
  case syntax
  /// Brackets are nested deeper than is allowed.
  case tooDeep

  package var origin: DiagnosticOrigin { .file }

  package static var wording: DiagnosticWording { .grammar }
}

extension JSONError {
  package init(
    _ code: Code = .syntax, at position: SourcePosition, _ found: String, _ expected: String
  ) {
    self.init(code: code, position: position, found: found, expected: expected)
  }
}

extension JSONValue: JSONTree {
  /// The document that bytes hold.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    try JSONParser<JSONValue>.parse(bytes)
  }

  package static var deepest: Int { 128 }

  package static var allowsRepeatedNames: Bool { false }

  package static func tree(_ part: JSONPart<JSONValue>, at position: SourcePosition) -> JSONValue {
    switch part {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements)
    case .object(let members): .object(members.map { Member($0.name, $0.value) })
    }
  }
}
