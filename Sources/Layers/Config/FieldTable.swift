/// The fields of one message: what readers, printers, checks and descriptions go by.
///
/// The tables of the library are generated from `Protos/`; that of a custom layer is found in its generated
/// protobuf message.
public struct FieldTable: Sendable {
  /// What kind of message it is.
  public enum Role: Sendable, Equatable {
    /// A layer of the library: its case of the root message and the number of that.
    case layer(field: String, number: Int)
    /// A layer of another package: the full name of the extension and its number.
    case customLayer(extension: String, number: Int)
    /// A part of another package: the message of the library that it extends, the full name of the extension and
    /// its number.
    case customPart(of: String, extension: String, number: Int)
    /// A value of a field.
    case value
  }

  /// The name of the message.
  public let message: String
  /// The name of the Swift type: that of the message unless Swift has another type of that name.
  public let swiftName: String
  /// What it is for.
  public let doc: String
  /// What kind of message it is.
  public let role: Role
  /// Whether exactly one of its fields has to be given.
  public let isOneOf: Bool
  /// The fields in the order of the schema.
  public let fields: [FieldRow]
  /// Fields of the original that mean nothing here; readers drop them with a note.
  public let omitted: [String]

  /// Creates the table of a message.
  public init(
    _ message: String, _ role: Role = .value, swiftName: String? = nil, isOneOf: Bool = false,
    doc: String, fields: [FieldRow], omitted: [String] = []
  ) {
    self.message = message
    self.swiftName = swiftName ?? message
    self.role = role
    self.isOneOf = isOneOf
    self.doc = doc
    self.fields = fields
    self.omitted = omitted
  }

  /// The row of the field with that name in the schema.
  public subscript(name: String) -> FieldRow? { fields.first { $0.name == name } }

  /// The first field, if it holds layers: its label may be left out in Swift.
  public var unlabelledField: FieldRow? {
    guard let first = fields.first, case .layer = first.type else { return nil }
    return ["layers", "layer", "child_layer"].contains(first.name) ? first : nil
  }
}

/// One field of a message.
public struct FieldRow: Sendable {
  /// The name in the schema, in snake case.
  public let name: String
  /// The number in the schema.
  public let number: Int
  /// What its values are.
  public let type: FieldType
  /// Whether it holds a list.
  public let isRepeated: Bool
  /// Whether it has to be given.
  public let isRequired: Bool
  /// Whether a required list may be empty: then only Swift requires it.
  public let mayBeEmpty: Bool
  /// What absence means; empty where absence means absence.
  public let defaults: [SpecValue]
  /// A value for a small example of the message, if there is one to say.
  public let example: SpecValue?
  /// What it is for.
  public let doc: String

  /// Creates the row of a field.
  public init(
    _ name: String, _ number: Int, _ type: FieldType, isRepeated: Bool = false,
    isRequired: Bool = false, mayBeEmpty: Bool = false, defaults: [SpecValue] = [],
    example: SpecValue? = nil, doc: String
  ) {
    self.name = name
    self.number = number
    self.type = type
    self.isRepeated = isRepeated
    self.isRequired = isRequired
    self.mayBeEmpty = mayBeEmpty
    self.defaults = defaults
    self.example = example
    self.doc = doc
  }

  /// The name in Swift, in lower camel case.
  public var swiftName: String { FieldRow.swiftName(name) }

  /// The Swift spelling of a snake-case name: `num_kv_heads` is `numKvHeads`.
  public static func swiftName(_ name: String) -> String {
    var result = ""
    var upper = false
    for character in name {
      if character == "_" {
        upper = true
      } else {
        result += upper ? character.uppercased() : String(character)
        upper = false
      }
    }
    return result
  }
}

/// What the values of a field are.
public enum FieldType: Sendable {
  /// A whole number of 32 bits.
  case int
  /// True or false.
  case bool
  /// A floating-point number.
  case double
  /// Any string.
  case string
  /// Raw bytes.
  case bytes
  /// A value of an enum.
  case symbol(WordList)
  /// A string that has to be one of some words.
  case word(WordList)
  /// A message, by the name of its table.
  case message(String)
  /// A layer of any kind.
  case layer

  /// What a person would write, for error messages and descriptions.
  public var description: String {
    switch self {
    case .int: "a whole number"
    case .bool: "true or false"
    case .double: "a number"
    case .string: "a string"
    case .bytes: "bytes"
    case .symbol(let list), .word(let list): "one of \(list.name)"
    case .message(let name): name
    case .layer: "a layer"
    }
  }
}

/// The legal values of an enum or of a string field with fixed words.
public struct WordList: Sendable {
  /// One legal value.
  public struct Word: Sendable {
    /// The spelling in protobuf, such as `ACTIVATION_RELU` or `reverse_causal`.
    public let text: String
    /// The case in Swift, such as `relu` or `reverseCausal`.
    public let swiftName: String
    /// The number in the schema.
    public let number: Int

    /// Creates a legal value.
    public init(_ text: String, _ swiftName: String, _ number: Int) {
      self.text = text
      self.swiftName = swiftName
      self.number = number
    }
  }

  /// The name of the enum, such as `Activation`.
  public let name: String
  /// The legal values in the order of the schema.
  public let words: [Word]

  /// Creates the list of an enum.
  public init(_ name: String, _ words: [Word]) {
    self.name = name
    self.words = words
  }

  /// The value with that protobuf spelling.
  public subscript(text: String) -> Word? { words.first { $0.text == text } }
}
