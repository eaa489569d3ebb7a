public import Layers

/// What lets configs name the layer: a table, a reader and a writer.
extension OnnxGraph: ConfigMessage {
  /// The fields of the message `sequence_layers.OnnxGraph`.
  public static let table = FieldTable(
    "OnnxGraph", .customLayer(extension: "sequence_layers.onnx_graph", number: 1000),
    doc: "The graph of an ONNX file as a layer.",
    fields: [
      FieldRow("file", 1, .string, isRequired: true, doc: "The path of the .onnx file."),
      FieldRow(
        "input", 2, .string, doc: "The input that takes the sequence; the first that is no state."),
      FieldRow(
        "output", 3, .string, doc: "The output that is the sequence; the first that is no state."),
      FieldRow(
        "block", 4, .int, defaults: [.number(1)],
        doc: "Timesteps of a step, where the graph takes any number."),
      FieldRow(
        "window", 5, .int, doc: "Timesteps that a run sees, those of the past among them."),
      FieldRow("hop", 6, .int, doc: "Timesteps from one window to the next."),
      FieldRow("time_axis", 7, .int, doc: "The axis of time in the input."),
      FieldRow(
        "fixed", 8, .string, isRepeated: true,
        doc: "Values of inputs that stay the same, such as sr=16000."),
      FieldRow(
        "states", 9, .string, isRepeated: true,
        doc: "Pairs INPUT=OUTPUT; found by names where none is given; none for no state."),
      FieldRow("name", 10, .string, doc: "Scope of the layer."),
      FieldRow(
        "offline", 11, .string,
        doc: "Another export of the model, which gives the result on the whole sequence."),
    ])

  /// Reads a checked tree and opens the file.
  public init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {
    let config = try Config(spec, registry)
    do {
      try self.init(
        config, OnnxSource.disk(config.file), offline: config.offline.map(OnnxSource.disk))
    } catch {
      throw .opening(config.file, error)
    }
  }

  /// The tree of the message without fields at their defaults.
  public var spec: SpecNode {
    get throws(ConfigError) { try config.fields }
  }
}

extension OnnxGraph.Config {
  /// The root message of a layer of this config.
  package var node: SpecNode {
    get throws(ConfigError) {
      guard case .customLayer(let field, _) = OnnxGraph.table.role else {
        preconditionFailure("OnnxGraph is a layer of its own package.")
      }
      return SpecNode(SpecNode.rootMessage, [SpecField(field, [.node(try fields)])])
    }
  }

  fileprivate var fields: SpecNode {
    get throws(ConfigError) {
      var fields = FieldWriter(OnnxGraph.table)
      try fields.set("file", file)
      try fields.set("input", input)
      try fields.set("output", output)
      try fields.set("block", block)
      try fields.set("window", window)
      try fields.set("hop", hop)
      try fields.set("time_axis", timeAxis)
      try fields.set("fixed", fixed)
      try fields.set("states", states)
      try fields.set("name", name)
      try fields.set("offline", offline)
      return fields.node
    }
  }
}

extension OnnxGraph.Config {
  /// Reads a checked tree.
  package init(_ spec: SpecNode, _ registry: LayerRegistry) throws(ConfigError) {
    let fields = FieldReader(spec, OnnxGraph.table, registry)
    self.init()
    file = try fields.required("file")
    input = try fields.value("input")
    output = try fields.value("output")
    block = try fields.value("block") ?? 1
    window = try fields.value("window")
    hop = try fields.value("hop")
    timeAxis = try fields.value("time_axis")
    fixed = try fields.list("fixed")
    states = try fields.list("states")
    name = try fields.value("name")
    offline = try fields.value("offline")
  }
}

extension ConfigError {
  /// A file that could not be opened.
  static func opening(_ file: String, _ error: any Error) -> ConfigError {
    ConfigError(.notAvailable, path: "file", found: "\(error)", expected: "an ONNX model")
  }
}
