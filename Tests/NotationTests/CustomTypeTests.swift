import ConfigProtos
import Layers
import Notation
import Programs
import SwiftProtobuf
import Testing

/// Layers and parts of another package, known by their generated messages alone.
@Suite struct CustomTypeTests {
  private static let stack = Serial([
    Amplify(db: -6), Residual([Amplify(name: "g")]),
    RNN(cell: .zoneout(cell: .custom(cell: LeakyCell(units: 3)), zoneoutProbability: 0.5)),
    AddNoise(sampler: .custom(CustomPart(FlatNoise(level: 2))), trainingOnly: false),
    DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 3, maxPastHorizon: 4,
      relativePositionEmbedding: .custom(CustomPart(SlopeBias(slope: 2))),
      inputProjection: .custom(CustomPart(TiedProjection()))),
    Flatten(),
    Conv1D(
      filters: 2, kernelSize: 2, padding: .causal, kernelConstraint: .custom(CustomPart(Halved()))),
  ])

  @Test("a stack with layers and parts of another package", arguments: NotationFormat.allCases)
  func notations(_ format: NotationFormat) throws {
    let notation = LayerNotation(registry: try .withCustomTypes)
    let spec = try SpecNode(layer: Self.stack, registry: notation.registry)
    let bytes = try notation.write(spec, as: format)
    let read = try notation.read(bytes, as: format).spec
    #expect(read == spec, "\(String(decoding: bytes, as: UTF8.self))")
    #expect(areEqual(try notation.registry.makeLayer(read), Self.stack))
  }

  @Test("every kind of field", arguments: NotationFormat.allCases)
  func everything(_ format: NotationFormat) throws {
    var full = Everything(count: 7)
    full.child = Dense(features: 3)
    full.others = [Tanh(), Amplify(db: 1)]
    full.activation = .swish
    full.kernelInit = .normal(stddev: 0.5)
    full.sizes = [4, 5]
    full.mode = .hardEdge
    full.parts = [.init(width: 2, inner: [.init(width: 9)]), .init(width: 1)]
    full.isOn = false
    full.key = [1, 255]
    full.right = 0.25
    full.half = 1.5
    full.slope = SlopeBias(slope: 4)
    let notation = LayerNotation(registry: try .withCustomTypes)
    for layer in [full, Everything(count: 1)] {
      let spec = try SpecNode(layer: layer, registry: notation.registry)
      let bytes = try notation.write(spec, as: format)
      let read = try notation.read(bytes, as: format).spec
      #expect(read == spec, "\(String(decoding: bytes, as: UTF8.self))")
      #expect("\(try notation.registry.makeLayer(read))" == "\(layer)")
    }
  }

  @Test("the table of a message has its names, types, numbers, words and defaults")
  func tables() throws {
    let registry = try LayerRegistry.withCustomTypes
    let amplify = try #require(registry.entry(message: "Amplify")?.table)
    #expect(amplify.fields.map(\.name) == ["db", "name"])
    #expect(amplify.fields[0].defaults == [.number(3)])
    let table = try #require(registry.entry(message: "Everything")?.table)
    let numbers = table.fields.map(\.number)
    #expect(numbers == Array(1...11) + [40, 41, 1200])
    #expect(table.fields.filter(\.isRequired).map(\.name) == ["count"])
    #expect(table.fields.filter(\.isRepeated).map(\.name) == ["others", "sizes", "parts"])
    guard case .symbol(let modes)? = table["mode"]?.type,
      case .symbol(let activations)? = table["activation"]?.type
    else {
      Issue.record("enums are words")
      return
    }
    #expect(modes.words.map(\.text) == ["MODE_SOFT", "MODE_HARD_EDGE"])
    #expect(modes.words.map(\.swiftName) == ["soft", "hardEdge"])
    #expect(activations.words.map(\.text) == Activation.words.words.map(\.text))
    #expect(registry.table(message: "Everything.Part")?.fields.map(\.name) == ["width", "inner"])
  }

  @Test("a layer and its message are turned into each other")
  func messages() throws {
    let registry = try LayerRegistry.withCustomTypes
    let message = try registry.message(of: Amplify(db: -6))
    #expect(message.Protoamplify.db == -6)
    #expect(areEqual(try registry.layer(from: message), Amplify(db: -6)))
    var dense = ProtoSequenceLayer()
    dense.dense.features = 4
    #expect(areEqual(try registry.layer(from: dense), Dense(features: 4)))
    #expect(throws: ConfigError.self) { try registry.layer(from: ProtoSequenceLayer()) }
  }

  @Test("properties that do not say all of a value are refused, a closure says it")
  func unlikeProperties() throws {
    struct Louder: PointwiseLayer, Equatable {
      var factor: Double
      func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
        x
      }
    }
    var registry = LayerRegistry.builtIn
    try registry.register(ProtoExtensions_amplify) { Louder(factor: $0.db * 2) }
    let error = #expect(throws: ConfigError.self) {
      try registry.message(of: Serial([Louder(factor: 8)]))
    }
    #expect(error?.code == .noNotation)
    #expect(error?.path == "serial.layers[0].my.app.amplify")
    var named = LayerRegistry.builtIn
    try named.register(
      ProtoExtensions_amplify,
      message: { (louder: Louder) in ProtoAmplify.with { $0.db = louder.factor / 2 } },
      make: { Louder(factor: $0.db * 2) })
    #expect(try named.message(of: Louder(factor: 8)).Protoamplify.db == 4)
  }

  @Test("an extension may stand for layers of the library, and is written as those")
  func expansion() throws {
    var registry = LayerRegistry.builtIn
    try registry.register(ProtoExtensions_amplify) {
      Scale(scale: TensorConstant(floatLiteral: $0.db))
    }
    let notation = LayerNotation(registry: registry)
    let layer = try notation.layer("[my.app.amplify] { db: 2 }", as: .text)
    #expect(areEqual(layer, Scale(scale: 2)))
    #expect(notation.swift(try SpecNode(layer: layer, registry: registry)) == "Scale(scale: 2)")
  }
}

/// What is refused, and how.
@Suite struct CustomTypeErrorTests {
  @Test(
    "what nobody registered is refused by name",
    arguments: [
      "[my.app.amplify] { db: 1 }", "rnn { cell { [my.app.leaky_cell] { units: 3 } } }",
    ])
  func unknown(_ text: String) throws {
    let error = #expect(throws: ConfigError.self) { try LayerNotation().read(text, as: .text) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("[my.app".dropFirst()))
  }

  @Test("mistakes in fields name them, as those of the library's layers")
  func mistakes() throws {
    let notation = LayerNotation(registry: try .withCustomTypes)
    for (text, expected) in [
      ("[my.app.amplify] { dbs: 1 }", "did you mean db?"),
      ("[my.app.amplify] { db: \"a\" }", "found \"a\", expected a number"),
      ("[my.app.everything] { }", "count"),
      ("[my.app.everything] { count: 1 mode: MODE_HARD }", "MODE_HARD_EDGE"),
      ("rnn { cell { [my.app.leaky_cell] { unit: 3 } } }", "did you mean units?"),
    ] {
      let error = #expect(throws: ConfigError.self) { try notation.layer(text, as: .text) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(expected), "\(text)")
    }
  }

  @Test("nothing is registered twice, and no map")
  func conflicts() throws {
    var registry = try LayerRegistry.withCustomTypes
    let again = #expect(throws: ConfigError.self) {
      try registry.register(ProtoExtensions_amplify) { Amplify(db: $0.db) }
    }
    #expect(again?.code == .conflict)
    #expect(throws: ConfigError.self) {
      try registry.register(ProtoExtensions_leaky_cell) { LeakyCell(units: Int($0.units)) }
    }
    let map = #expect(throws: ConfigError.self) {
      try registry.register(ProtoExtensions_table) { _ in Identity() }
    }
    #expect("\(map.map { "\($0)" } ?? "")".contains("a map"))
  }

  @Test("a Swift type without a message is refused with its place")
  func unwritten() {
    let error = #expect(throws: ConfigError.self) { try Serial([Amplify()]).notation }
    #expect(error?.code == .noNotation)
    #expect(error?.path == "serial.layers[0]")
    #expect(throws: ConfigError.self) {
      try RNN(cell: .custom(cell: LeakyCell(units: 3))).notation
    }
  }
}
