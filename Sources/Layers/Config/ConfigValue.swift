public import Tensors

/// A type that fields of configs can have.
public protocol ConfigValue: Sendable, Equatable {
  /// The value as it stands in a tree.
  var specValue: SpecValue { get throws(ConfigError) }
  /// Reads a value of a tree; children are made by the registry.
  init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError)
}

extension SpecValue {
  /// The value in words, for errors.
  package var summary: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .bool(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .symbol(let value): value
    case .bytes(let value): "\(value.count) bytes"
    case .node(let node): node.message.isEmpty ? "a message" : "a \(node.message)"
    }
  }

  /// The error for a value of the wrong type.
  package func mismatch(_ expected: String) -> ConfigError {
    ConfigError(.wrongType, found: "found \(summary)", expected: expected)
  }
}

extension Int: ConfigValue {
  /// The number as it stands in a tree.
  public var specValue: SpecValue { .integer(self) }

  /// Reads a whole number.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    guard case .integer(let value) = specValue else {
      throw specValue.mismatch(FieldType.int.description)
    }
    self = value
  }
}

extension Double: ConfigValue {
  /// The number as it stands in a tree.
  public var specValue: SpecValue { .number(self) }

  /// Reads a number; whole numbers are fine too.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    switch specValue {
    case .number(let value): self = value
    case .integer(let value): self = Double(value)
    default: throw specValue.mismatch(FieldType.double.description)
    }
  }
}

extension Bool: ConfigValue {
  /// The truth value as it stands in a tree.
  public var specValue: SpecValue { .bool(self) }

  /// Reads true or false.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    guard case .bool(let value) = specValue else {
      throw specValue.mismatch(FieldType.bool.description)
    }
    self = value
  }
}

extension String: ConfigValue {
  /// The string as it stands in a tree.
  public var specValue: SpecValue { .text(self) }

  /// Reads a string.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    guard case .text(let value) = specValue else {
      throw specValue.mismatch(FieldType.string.description)
    }
    self = value
  }
}

/// An enum of the schema; the raw value is the name there.
public protocol ConfigSymbol: ConfigValue, RawRepresentable<String>, CaseIterable {
  /// The legal values.
  static var words: WordList { get }
}

extension ConfigSymbol {
  /// The value as it stands in a tree.
  public var specValue: SpecValue { .symbol(rawValue) }

  /// Reads a value of the enum by its name in the schema.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    guard case .symbol(let text) = specValue, let value = Self(rawValue: text) else {
      throw specValue.mismatch(FieldType.symbol(Self.words).description)
    }
    self = value
  }
}

/// An enum that the schema spells as lower-case strings; the raw value is that string.
public protocol ConfigWord: ConfigValue, RawRepresentable<String>, CaseIterable {
  /// The legal values.
  static var words: WordList { get }
}

extension ConfigWord {
  /// The value as it stands in a tree.
  public var specValue: SpecValue { .text(rawValue) }

  /// Reads one of the legal words.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    guard case .text(let text) = specValue, let value = Self(rawValue: text) else {
      throw specValue.mismatch(FieldType.word(Self.words).description)
    }
    self = value
  }
}

extension DType: ConfigValue {
  /// The types that configs can name, with their numbers in the schema.
  public static let words = WordList(
    "DType",
    zip(
      [.float32, .bfloat16, .float16, .float64, .int8, .int16, .int32, .int64] as [DType],
      1...8
    ).map(word)
      + [word(.uint8, 9), word(.uint32, 11), word(.bool, 13), word(.complex64, 14)])

  private static func word(_ type: DType, _ number: Int) -> WordList.Word {
    WordList.Word("DTYPE_\(type.name.uppercased())", type.name, number)
  }

  /// The type as it stands in a tree, such as `DTYPE_FLOAT32`.
  public var specValue: SpecValue { .symbol("DTYPE_\(name.uppercased())") }

  /// Reads a type by its name in the schema.
  public init(specValue: SpecValue, registry: LayerRegistry) throws(ConfigError) {
    guard case .symbol(let text) = specValue, let word = DType.words[text],
      let type = DType(name: word.swiftName)
    else { throw specValue.mismatch(FieldType.symbol(DType.words).description) }
    self = type
  }
}
