public import Layers

/// What lets configs name the layer: a table, a reader and a writer.
extension Gain: ConfigMessage {
  /// The fields of the message `my.app.Gain`.
  public static let table = FieldTable(
    "Gain", .customLayer(extension: "my.app.gain", number: 1001),
    doc: "Amplification by a fixed number of decibels.",
    fields: [
      FieldRow(
        "db", 1, .double, defaults: [.number(0)],
        doc: "Amplification in decibels; negative numbers attenuate."),
      FieldRow("name", 2, .string, doc: "Scope of the layer."),
    ])

  /// Reads a checked tree.
  public init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {
    let fields = FieldReader(spec, Self.table, registry)
    self.init(db: try fields.value("db") ?? 0, name: try fields.value("name"))
  }

  /// The tree of the message without fields at their defaults.
  public var spec: SpecNode {
    get throws(ConfigError) {
      var fields = FieldWriter(Self.table)
      try fields.set("db", db)
      try fields.set("name", name)
      return fields.node
    }
  }
}
