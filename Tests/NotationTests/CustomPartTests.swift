import Layers
import Notation
import Programs
import Tensors
import Testing

/// Cells and noise of other packages in configs.
@Suite struct CustomPartTests {
  private func registry() throws -> LayerRegistry {
    var registry = LayerRegistry.builtIn
    try registry.register(part: LeakyCell.self)
    try registry.register(part: FlatNoise.self)
    return registry
  }

  private static let stack = Serial([
    RNN(cell: .zoneout(cell: .custom(cell: LeakyCell(units: 3)), zoneoutProbability: 0.5)),
    AddNoise(sampler: .custom(CustomPart(FlatNoise(level: 2))), trainingOnly: false),
  ])

  @Test(
    "a stack with parts of another package is read back equal",
    arguments: ["text", "json", "swift"])
  func notations(_ name: String) throws {
    let notation = LayerNotation(registry: try registry())
    let spec = try SpecNode(layer: Self.stack)
    let (text, format): (String, NotationFormat) =
      switch name {
      case "text": (notation.text(spec), .text)
      case "json": (String(decoding: try notation.write(spec, as: .json), as: UTF8.self), .json)
      default: (notation.swift(spec), .swift)
      }
    let read = try notation.read(text, as: format).spec
    #expect(read == spec, "\(text)")
    #expect(areEqual(try notation.registry.makeLayer(read), Self.stack))
  }

  @Test("a part that nobody registered is refused by name")
  func unknown() throws {
    let text = "rnn { cell { [my.app.leaky_cell] { units: 3 } } }"
    let error = #expect(throws: ConfigError.self) {
      try LayerNotation().read(text, as: .text)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("my.app.leaky_cell"))
  }

  @Test("a part cannot be registered twice, nor without a place")
  func conflicts() throws {
    var registry = try registry()
    #expect(throws: ConfigError.self) { try registry.register(part: LeakyCell.self) }
    #expect(throws: ConfigError.self) { try registry.register(part: RNNCell.Gru.self) }
  }
}

/// `h = leak · h + x · kernel`.
struct LeakyCell: ConfigMessage, RecurrentCell {
  var units: Int

  static let table = FieldTable(
    "LeakyCell", .customPart(of: "RNNCell", extension: "my.app.leaky_cell", number: 1001),
    doc: "A leaky sum.", fields: [FieldRow("units", 1, .int, isRequired: true, doc: "Channels.")])

  init(units: Int) { self.units = units }

  init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {
    self.init(units: try FieldReader(spec, Self.table, registry).required("units"))
  }

  var spec: SpecNode {
    get throws(ConfigError) {
      var fields = FieldWriter(Self.table)
      try fields.set("units", units)
      return fields.node
    }
  }

  var scopeName: String { "leaky_cell" }
  var state: [CellStateSpec] { [CellStateSpec("h", units)] }

  func check(for layer: any SequenceLayer) throws(LayerError) {}

  func declare(_ parameters: inout CellParameters, inputs: Int) throws(LayerError) {
    try parameters.declare("kernel", [inputs, units], .glorotUniform)
  }

  func project(_ x: Value, _ parameters: CellParameters) -> Value {
    x.matmul(parameters["kernel"])
  }

  func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value]) {
    let next = state[0].scaled(by: 0.9) + x
    return (next, [next])
  }
}

/// The same number everywhere.
struct FlatNoise: ConfigMessage, NoiseDistribution {
  var level: Double

  static let table = FieldTable(
    "FlatNoise", .customPart(of: "NoiseSampler", extension: "my.app.flat_noise", number: 1002),
    doc: "No noise at all.",
    fields: [FieldRow("level", 1, .double, isRequired: true, doc: "The number.")])

  init(level: Double) { self.level = level }

  init(spec: SpecNode, registry: LayerRegistry) throws(ConfigError) {
    self.init(level: try FieldReader(spec, Self.table, registry).required("level"))
  }

  var spec: SpecNode {
    get throws(ConfigError) {
      var fields = FieldWriter(Self.table)
      try fields.set("level", level)
      return fields.node
    }
  }

  func check() throws(LayerError) {}
  func noise(_ uniform: Value) -> Value { uniform.scaled(by: 0).adding(level) }
}
