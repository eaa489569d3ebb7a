public import Diagnostics

/// One message of a config: the tree in which all notations meet.
///
/// Structs turn into trees by their field tables, and readers and printers of the notations see
/// trees only. Names are those of the protobuf schema. Equality ignores source positions.
public struct SpecNode: Sendable, Equatable, SpecPositioned {
  /// The message, such as `Conv1D` or `Initializer.Normal`; empty where a reader cannot know it.
  public var message: String
  /// The fields that are given, each at most once in a checked tree.
  public var fields: [SpecField]
  /// Where the message starts in its text.
  public var position: SourcePosition?

  /// Creates a message from its fields.
  public init(_ message: String, _ fields: [SpecField] = [], position: SourcePosition? = nil) {
    self.message = message
    self.fields = fields
    self.position = position
  }

  /// The field of that name, if it is given.
  public subscript(name: String) -> SpecField? {
    get { fields.first { $0.name == name } }
    set {
      let index = fields.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let field?): fields[index] = field
      case (let index?, nil): fields.remove(at: index)
      case (nil, let field?): fields.append(field)
      case (nil, nil): break
      }
    }
  }

  /// Whether both trees say the same, wherever they were read.
  public static func == (a: SpecNode, b: SpecNode) -> Bool {
    a.message == b.message && a.fields == b.fields
  }
}

/// Something with the place where it was read.
public protocol SpecPositioned {
  /// The place in the text, if it came from one.
  var position: SourcePosition? { get }
}

/// One field of a message with the values that are given for it.
public struct SpecField: Sendable, Equatable, SpecPositioned {
  /// The name in the schema; the full name of an extension such as `my.app.gain`.
  public var name: String
  /// The values: one for a single field, any number for a repeated one.
  public var values: [SpecValue]
  /// Whether the text gave a list in brackets.
  public var isList: Bool
  /// Where the field is named in its text.
  public var position: SourcePosition?

  /// Creates a field from its values.
  public init(
    _ name: String, _ values: [SpecValue], isList: Bool = false, position: SourcePosition? = nil
  ) {
    self.name = name
    self.values = values
    self.isList = isList
    self.position = position
  }

  /// Whether both fields say the same, wherever they were read.
  public static func == (a: SpecField, b: SpecField) -> Bool {
    a.name == b.name && a.values == b.values
  }
}

/// One value of a field.
public enum SpecValue: Sendable, Equatable {
  /// A whole number.
  case integer(Int)
  /// A floating-point number.
  case number(Double)
  /// True or false.
  case bool(Bool)
  /// A string.
  case text(String)
  /// The name of a value of an enum.
  case symbol(String)
  /// Raw bytes.
  case bytes([UInt8])
  /// A message.
  case node(SpecNode)

  /// A message with one field each of one value: short to write in tables of defaults.
  package static func node(_ message: String, _ fields: (String, [SpecValue])...) -> SpecValue {
    .node(SpecNode(message, fields.map { SpecField($0.0, $0.1) }))
  }
}
