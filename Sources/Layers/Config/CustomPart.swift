/// A part of another package in the place of one of the library's, such as a cell of ``RNN``.
public struct CustomPart: Sendable, Equatable {
  /// The part; configs can name it once its message is registered.
  public let value: any Sendable

  /// Wraps a part.
  public init(_ value: any Sendable) { self.value = value }

  /// Whether both are of one type and equal; parts that cannot be compared are not.
  public static func == (a: CustomPart, b: CustomPart) -> Bool {
    guard let a = a.value as? any Equatable else { return false }
    return isEqual(a, b.value)
  }

  private static func isEqual<T: Equatable>(_ a: T, _ b: any Sendable) -> Bool { (b as? T) == a }
}

extension FieldReader {
  /// The part of another package that a case names.
  public func customPart(_ name: String) throws(ConfigError) -> CustomPart { try part(name) }
}

extension FieldWriter {
  /// Chooses a part of another package.
  public mutating func set(_ part: CustomPart) throws(ConfigError) {
    guard let custom = LayerRegistry.inUse.customType(of: part.value) else {
      throw ConfigError(
        .noNotation, found: "\(type(of: part.value)) is a Swift type without a message",
        expected: "a type that the registry knows",
        suggestion: "register its message, or keep this stack in Swift")
    }
    try set(custom.field, node: try custom.write(part.value))
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
    var make: @Sendable (SpecNode, LayerRegistry) throws(ConfigError) -> any Sendable
  }

  mutating func register(
    _ table: FieldTable,
    make: @escaping @Sendable (SpecNode, LayerRegistry) throws(ConfigError) -> any Sendable
  ) throws(ConfigError) {
    guard case .customPart(let message, let name, let number) = table.role, number >= 1000,
      name.contains("."), self.table(message: message)?.isOneOf == true
    else {
      throw ConfigError(
        .conflict, path: table.message, found: "the table of a part without a place",
        expected: "a message of the library, a full extension name and a number from 1000")
    }
    for other in parts
    where other.row.name == name
      || (other.message == message && other.row.number == number)
    {
      throw ConfigError(
        .conflict, path: name,
        found: "\(other.swiftName) has \(other.row.name) = \(other.row.number) already",
        expected: "a name and a number that no other part has")
    }
    parts.append(
      Part(
        message: message,
        row: FieldRow(name, number, .message(table.message), doc: table.doc),
        swiftName: table.swiftName, make: make))
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
