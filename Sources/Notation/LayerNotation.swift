public import Layers
import Serialization

/// The notations of a layer config.
public enum NotationFormat: String, CaseIterable, Sendable {
  /// Protobuf text format, `.textproto`.
  case text
  /// Protobuf JSON, `.json`.
  case json
  /// Protobuf wire format, `.binpb`.
  case binary
  /// Swift, which is also what the REPL takes.
  case swift

  /// The notation of files with that extension.
  public init?(fileExtension: String) {
    switch fileExtension {
    case "textproto", "pbtxt", "textpb", "txtpb": self = .text
    case "json": self = .json
    case "binpb", "pb": self = .binary
    case "swift": self = .swift
    default: return nil
    }
  }
}

/// Reads and writes layers in every notation.
public struct LayerNotation: Sendable {
  /// The layers that configs can name.
  public let registry: LayerRegistry

  /// Creates readers and printers.
  ///
  /// - Parameter registry: The layers that configs can name.
  public init(registry: LayerRegistry = .builtIn) { self.registry = registry }

  /// A config that was read.
  public struct ParsedConfig: Sendable {
    /// The root message in canonical form.
    public let spec: SpecNode
    /// Fields that were dropped because they mean nothing here.
    public let notes: [String]
  }

  /// Reads and checks a config.
  ///
  /// - Throws: ``ConfigError`` with every mistake.
  public func read(_ text: String, as format: NotationFormat) throws(ConfigError) -> ParsedConfig {
    let plain = TypedText.normalized(text)
    return switch format {
    case .text: try checked(try TextFormatReader.read(plain), .schema)
    case .json: try checked(try JSONReader.read(plain), .json)
    case .swift: try checked(try SwiftReader.read(plain, registry: registry), .swift)
    case .binary: try read(Array(text.utf8), as: format)
    }
  }

  /// Reads and checks a config from the bytes of a file.
  ///
  /// - Throws: ``ConfigError`` with every mistake.
  public func read(_ bytes: [UInt8], as format: NotationFormat) throws(ConfigError) -> ParsedConfig
  {
    if format == .binary {
      return try checked(try BinaryCodec(registry: registry).decode(bytes), .json)
    }
    guard let text = TypedText.decoded(bytes) else {
      throw ConfigError(
        .syntax, found: "bytes that are no UTF-8", expected: "text",
        suggestion: "binary configs end in .binpb")
    }
    return try read(text, as: format)
  }

  /// Reads a layer.
  ///
  /// - Throws: ``ConfigError`` with every mistake.
  public func layer(
    _ text: String, as format: NotationFormat
  ) throws(ConfigError) -> any SequenceLayer {
    try registry.makeLayer(try read(text, as: format).spec)
  }

  /// Writes a checked config.
  ///
  /// - Throws: ``ConfigError`` if protobuf cannot hold it, for binary only.
  public func write(_ spec: SpecNode, as format: NotationFormat) throws(ConfigError) -> [UInt8] {
    switch format {
    case .text: Array(TextFormatPrinter.print(spec).utf8)
    case .json: Array(JSONPrinter.print(spec, registry: registry).utf8)
    case .swift: Array((SwiftPrinter.print(spec, registry: registry) + "\n").utf8)
    case .binary: try BinaryCodec(registry: registry).encode(spec)
    }
  }

  /// Writes a layer in text format.
  ///
  /// - Throws: ``ConfigError`` `.noNotation` if a layer inside is a Swift type without a message.
  public func text(of layer: any SequenceLayer) throws(ConfigError) -> String {
    text(try SpecNode(layer: layer, registry: registry))
  }

  /// Writes a checked config in text format.
  public func text(_ spec: SpecNode) -> String { TextFormatPrinter.print(spec) }

  /// Writes a checked config in Swift, without a newline at the end.
  ///
  /// - Parameters:
  ///   - spec: A checked root message.
  ///   - width: The longest line; `.max` for all in one.
  /// - Returns: The initializer calls.
  public func swift(_ spec: SpecNode, width: Int = 100) -> String {
    SwiftPrinter.print(spec, registry: registry, width: width)
  }

  /// Writes values of one field in Swift.
  public func swift(_ values: [SpecValue], of row: FieldRow) -> String {
    SwiftPrinter.print(values, of: row, registry: registry)
  }

  /// Writes a config in another notation.
  ///
  /// - Throws: ``ConfigError`` with every mistake.
  public func convert(
    _ bytes: [UInt8], from source: NotationFormat, to target: NotationFormat
  ) throws(ConfigError) -> [UInt8] {
    try write(try read(bytes, as: source).spec, as: target)
  }

  /// Reads what a person typed: Swift, or text format, in braces or not.
  ///
  /// - Throws: ``ConfigError`` with every mistake.
  public func readTyped(_ text: String) throws(ConfigError) -> ParsedConfig {
    let text = TypedText.normalized(text)
    let trimmed = text.drop { $0.isWhitespace }
    if trimmed.first == "{" {
      // Braces around the text format become spaces, so that columns stay right.
      guard let end = text.lastIndex(of: "}"), let start = text.firstIndex(of: "{"), start < end
      else {
        throw ConfigError(.syntax, found: "{ without }", expected: "text format in braces")
      }
      var inner = text
      inner.replaceSubrange(end...end, with: " ")
      inner.replaceSubrange(start...start, with: " ")
      return try read(inner, as: .text)
    }
    return try read(text, as: trimmed.first?.isLowercase ?? false ? .text : .swift)
  }

  /// Reads a value of one field as Swift writes it after the label; `nil` gives no values.
  ///
  /// - Throws: ``ConfigError`` that names the field.
  public func readValues(
    _ text: String, of row: FieldRow
  ) throws(ConfigError) -> [SpecValue] {
    var field = try SwiftReader.readValues(text, registry: registry)
    if field.values.isEmpty, !field.isList { return [] }
    field.name = row.swiftName
    return try registry.checkedValues(field, of: row, style: .swift)
  }

  private func checked(
    _ raw: SpecNode, _ style: SpellingStyle
  ) throws(ConfigError) -> ParsedConfig {
    var notes: [String] = []
    let spec = try registry.checked(raw, style: style, notes: &notes)
    return ParsedConfig(spec: spec, notes: notes)
  }
}

extension SequenceLayer {
  /// The layer in Swift notation, as the REPL takes it.
  ///
  /// - Throws: ``ConfigError`` `.noNotation` if a layer inside is a Swift type without a message.
  public var notation: String {
    get throws(ConfigError) { try notation(registry: .builtIn) }
  }

  /// The layer in Swift notation, with custom layers.
  ///
  /// - Throws: ``ConfigError`` `.noNotation` if a layer inside is a Swift type without a message.
  public func notation(registry: LayerRegistry) throws(ConfigError) -> String {
    SwiftPrinter.print(try SpecNode(layer: self, registry: registry), registry: registry)
  }
}
