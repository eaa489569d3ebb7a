import GainLayer
import LayerTesting
import Layers
import Notation
import Programs
import Runtime
import Tensors
import Testing

/// The same layer before it has any message: only its arithmetic.
private struct PlainGain: PointwiseLayer {
  let factor: Double

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    x.mapValues(preservingZero: true) { $0 * $0.scalarLike(factor) }
  }
}

@Suite("A layer of another package")
struct GainTests {
  private let stack = Serial([
    Dense(features: 4), Gain(db: -6), Residual([Gain(db: 1.5, name: "g")]),
  ])

  @Test("every notation holds it", arguments: NotationFormat.allCases)
  func roundTrip(format: NotationFormat) throws {
    let notation = LayerNotation(registry: try .withGain)
    let bytes = try notation.write(
      try SpecNode(layer: stack, registry: notation.registry), as: format)
    let back = try notation.registry.makeLayer(try notation.read(bytes, as: format).spec)
    #expect(back as? Serial == stack)
  }

  @Test("text format names the extension, Swift the type")
  func spelling() throws {
    let notation = LayerNotation(registry: try .withGain)
    let spec = try SpecNode(layer: Serial([Gain(db: -6)]), registry: notation.registry)
    #expect(notation.text(spec).contains("[my.app.gain] {\n      db: -6\n"))
    #expect(notation.swift(spec) == "Serial([Gain(db: -6)])")
  }

  @Test("without registration the error says what to do")
  func unregistered() throws {
    let error = #expect(throws: ConfigError.self) {
      try LayerNotation().read("[my.app.gain] { db: -6 }", as: .text)
    }
    #expect(error?.suggestion == "register the layer of that package first")
  }

  @Test("a layer and its message are turned into each other")
  func messages() throws {
    let registry = try LayerRegistry.withGain
    let message = try registry.message(of: Gain(db: -6))
    #expect(message.Protogain.db == -6)
    #expect(try registry.layer(from: message) as? Gain == Gain(db: -6))
  }

  @Test("a number that is taken is refused")
  func conflict() throws {
    var registry = try LayerRegistry.withGain
    let error = #expect(throws: ConfigError.self) {
      try registry.register(ProtoExtensions_gain) { Gain(db: $0.db) }
    }
    #expect(error?.code == .conflict)
  }

  @Test("a bare Swift layer runs in a stack, and only its notation is an error")
  func bare() throws {
    let stack = Serial([Dense(features: 4), PlainGain(factor: 2)])
    let error = #expect(throws: ConfigError.self) { try stack.notation }
    #expect(error?.code == .noNotation)
    #expect(error?.path == "serial.layers[1]")
  }

  @Test("both keep the contract of layers")
  func contract() throws {
    let numbers = (0..<24).map { Float($0) / 8 - 1.5 }
    let x = try SequenceTensor(values: Tensor(numbers, shape: [2, 4, 3]), lengths: [4, 2])
    for layer: any SequenceLayer in [Gain(db: 20), PlainGain(factor: 10)] {
      let model = try Model(Serial([layer, Tanh()]), input: ChannelSpec([3], .float32))
      let report = try ContractVerifier().verify(model, x)
      #expect(report.violations.isEmpty)
      #expect(report.checked.contains(.step))
    }
  }
}
