/// A part of another package in the place of one of the library's, such as a cell of ``RNN``.
public struct CustomPart: Sendable, Equatable {
  /// The part; to be written down, its table needs the role ``FieldTable/Role/customPart(of:extension:number:)``.
  public let value: any ConfigMessage

  /// Wraps a part.
  public init(_ value: any ConfigMessage) { self.value = value }

  /// Whether both are of one type and equal.
  public static func == (a: CustomPart, b: CustomPart) -> Bool { isEqual(a.value, b.value) }

  private static func isEqual<T: ConfigMessage>(_ a: T, _ b: any ConfigMessage) -> Bool {
    (b as? T) == a
  }
}

extension FieldReader {
  /// The part of another package that a case names.
  public func customPart(_ name: String) throws(ConfigError) -> CustomPart { try part(name) }
}

extension FieldWriter {
  /// Chooses a part of another package.
  public mutating func set(_ part: CustomPart) throws(ConfigError) {
    guard case .customPart(_, let field, _) = type(of: part.value).table.role else {
      throw ConfigError(
        .noNotation, found: "the table of \(type(of: part.value)) has no extension",
        expected: "the role of a part, with the name and number of its extension",
        suggestion: "give its table that role and register it, or keep this stack in Swift")
    }
    try set(field, part.value)
  }
}

extension LayerRegistry {
  /// A part of another package.
  struct Part: Sendable {
    /// The message that it extends.
    var message: String
    /// The extension as a field of that message.
    var row: FieldRow
    /// The name of the Swift type.
    var swiftName: String
    var make: @Sendable (SpecNode, LayerRegistry) throws(ConfigError) -> any ConfigMessage
  }

  /// Adds a part of another package, such as a cell of ``RNN``.
  ///
  /// - Parameters:
  ///   - type: The part; its table has the role ``FieldTable/Role/customPart(of:extension:number:)``.
  ///   - values: Tables of messages that only its fields use.
  /// - Throws: ``ConfigError`` `.conflict` if the name or number is taken, or the number is below 1000.
  public mutating func register<P: ConfigMessage>(
    part type: P.Type, values: [FieldTable] = []
  ) throws(ConfigError) {
    guard case .customPart(let message, let name, let number) = P.table.role, number >= 1000,
      name.contains("."), table(message: message)?.isOneOf == true
    else {
      throw ConfigError(
        .conflict, path: P.table.message, found: "the table of a part without a place",
        expected: "a message of the library, a full extension name and a number from 1000")
    }
    for other in parts
    where other.row.name == name
      || (other.message == message && other.row.number == number)
    {
      throw ConfigError(
        .conflict, path: name,
        found: "\(other.swiftName) has \(other.row.name) = "
          + "\(other.row.number) already",
        expected: "a name and a number that no other part has")
    }
    parts.append(
      Part(
        message: message,
        row: FieldRow(name, number, .message(P.table.message), doc: P.table.doc),
        swiftName: P.table.swiftName
      ) { spec, registry throws(ConfigError) in try P(spec: spec, registry: registry) })
    add([P.table] + values)
  }

  /// The parts of other packages that a message may be.
  package func partRows(of message: String) -> [FieldRow] {
    parts.filter { $0.message == message }.map(\.row)
  }

  /// The extension that a Swift type of another package is.
  package func partField(swiftName: String) -> String? {
    parts.first { $0.swiftName == swiftName }?.row.name
  }
}
