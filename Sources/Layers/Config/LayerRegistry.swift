import Diagnostics

/// The layers that configs can name, and how they are made.
///
/// A value: add layers of your own to a copy of ``builtIn`` and pass that to readers.
public struct LayerRegistry: Sendable {
  /// One layer that configs can name.
  public struct Entry: Sendable {
    /// The fields of the layer.
    public let table: FieldTable
    /// The case of the root message, or the full name of the extension.
    public let field: String
    /// The number of the case or extension.
    public let number: Int
    /// Whether the layer belongs to another package.
    public let isCustom: Bool
    /// What the documentation of the layer says about shapes, masks and streaming, if it is known.
    public var facts: LayerFacts? { readFacts() }
    private let readFacts: @Sendable () -> LayerFacts?
    let make: @Sendable (SpecNode, LayerRegistry) throws(ConfigError) -> any SequenceLayer

    init(
      _ table: FieldTable, _ facts: @escaping @Sendable () -> LayerFacts?,
      make: @escaping @Sendable (SpecNode, LayerRegistry) throws(ConfigError) -> any SequenceLayer
    ) {
      self.table = table
      readFacts = facts
      self.make = make
      switch table.role {
      case .layer(let field, let number):
        (self.field, self.number, isCustom) = (field, number, false)
      case .customLayer(let field, let number):
        (self.field, self.number, isCustom) = (field, number, true)
      case .value, .customPart: (field, number, isCustom) = ("", 0, false)
      }
    }

    /// A layer that is read and made by its own reader.
    static func layer<L: ConfigMessage & SequenceLayer>(_ type: L.Type) -> Entry {
      Entry(L.table, { L.facts }) { spec, registry throws(ConfigError) in
        try L(spec: spec, registry: registry)
      }
    }
  }

  /// All layers in the order of their names, custom ones last.
  public private(set) var entries: [Entry]
  private var byField: [String: Int] = [:]
  private var byMessage: [String: Int] = [:]
  private var values: [String: FieldTable] = [:]
  private var bySwiftName: [String: FieldTable] = [:]
  var parts: [Part] = []
  var customTypes: [ObjectIdentifier: CustomType] = [:]
  /// The descriptors of the extensions of other packages, for the protobuf library.
  package internal(set) var bindings: [any Sendable] = []

  /// The layers of this library.
  public static let builtIn = LayerRegistry(
    entries: builtInEntries,
    values: LibrarySchema.library.tables.values.filter { $0.role == .value } + [
      TensorConstant.table
    ])

  init(entries: [Entry], values: [FieldTable]) {
    self.entries = entries
    for (index, entry) in entries.enumerated() {
      byField[entry.field] = index
      byMessage[entry.table.message] = index
    }
    add(values)
  }

  package mutating func add(_ tables: [FieldTable]) {
    for table in tables {
      values[table.message] = table
      bySwiftName[table.swiftName] = table
    }
  }

  /// Adds a layer that has a table, a reader and a writer of its own.
  ///
  /// - Throws: ``ConfigError`` `.conflict` if the name or number is taken, or the number is below
  ///   1000.
  package mutating func register<L: ConfigMessage & SequenceLayer>(
    _ type: L.Type
  ) throws(ConfigError) {
    try register(Entry.layer(type))
  }

  /// These layers and one that is made in another way than by its own reader, in the place of one of
  /// that message.
  package func registering<L: ConfigMessage & SequenceLayer>(
    _ type: L.Type,
    make: @escaping @Sendable (SpecNode, LayerRegistry) throws(ConfigError) -> any SequenceLayer
  ) -> LayerRegistry {
    var result = self
    let entry = Entry(L.table, { L.facts }, make: make)
    if let known = result.byMessage[entry.table.message] {
      result.entries[known] = entry
    } else {
      result.byField[entry.field] = result.entries.count
      result.byMessage[entry.table.message] = result.entries.count
      result.entries.append(entry)
    }
    return result
  }

  mutating func register(_ entry: Entry) throws(ConfigError) {
    let expected = "a full extension name and a number from 1000 that no other layer has"
    guard entry.isCustom, entry.number >= 1000 else {
      throw ConfigError(
        .conflict, path: entry.field, found: "number \(entry.number)", expected: expected)
    }
    for other in entries
    where other.field == entry.field || other.number == entry.number
      || other.table.message == entry.table.message
    {
      throw ConfigError(
        .conflict, path: entry.field,
        found: "\(other.table.message) has \(other.field) = \(other.number) already",
        expected: expected)
    }
    byField[entry.field] = entries.count
    byMessage[entry.table.message] = entries.count
    entries.append(entry)
  }

  /// The layer with that case or extension of the root message.
  public func entry(field: String) -> Entry? { byField[field].map { entries[$0] } }

  /// The layer with that message, which is also its Swift name.
  public func entry(message: String) -> Entry? { byMessage[message].map { entries[$0] } }

  /// The table of a message: of a layer or of a value.
  public func table(message: String) -> FieldTable? {
    values[message] ?? entry(message: message)?.table
  }

  /// The table of a value by the name of its Swift type.
  package func valueTable(swiftName: String) -> FieldTable? { bySwiftName[swiftName] }

  /// Describes a layer: fields, types, defaults and what they are for.
  ///
  /// - Parameter name: The Swift name or the case of the root message.
  /// - Returns: The entry, whose table holds it all.
  /// - Throws: ``ConfigError`` `.unknownLayer` with the nearest name.
  public func describe(_ name: String) throws(ConfigError) -> Entry {
    if let entry = entry(message: name) ?? entry(field: name) { return entry }
    let names = entries.flatMap { [$0.table.message, $0.field] }
    let nearest = NearestName.of(name, among: names)
    throw ConfigError(
      .unknownLayer, found: "no layer is called \(name)", expected: "the name of a layer",
      suggestion: nearest.map { "did you mean \($0)?" })
  }

  /// Makes the layer of a root message.
  ///
  /// - Parameter root: A tree that the checker has passed.
  /// - Returns: The layer with its children.
  /// - Throws: ``ConfigError`` with the path.
  public func makeLayer(_ root: SpecNode) throws(ConfigError) -> any SequenceLayer {
    guard let (field, node) = root.layerCase else {
      throw ConfigError(
        .noCase, position: root.position, found: "\(root.fields.count) layers are given",
        expected: "exactly one layer")
    }
    guard let entry = entry(field: field.name) else {
      throw ConfigError(
        .unknownLayer, path: field.name, position: field.position,
        found: "no layer is called \(field.name)", expected: "the name of a layer")
    }
    do { return try entry.make(node, self) } catch { throw error.inside(field.name) }
  }
}
