import ConfigProtos
import Layers
import Notation
import Programs
import Tensors

// Layers and parts of another package, as it would write them: arithmetic only.

struct Amplify: PointwiseLayer, Equatable {
  var db = 3.0
  var name: String?

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue { x }
}

struct Everything: PointwiseLayer {
  enum Mode: Int { case soft, hardEdge }
  struct Part: Equatable {
    var width: Int
    var inner: [Part] = []
  }
  var child: any SequenceLayer = Identity()
  var others: [any SequenceLayer] = []
  var activation = Activation.relu
  var kernelInit = Initializer.zeros
  var sizes: [Int] = []
  var mode = Mode.soft
  var parts: [Part] = []
  var isOn = true
  var key: [UInt8] = []
  var left: Int?
  var right: Double?
  var half: Float?
  var slope: SlopeBias?
  var count: Int

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue { x }
}

extension Everything {
  init(_ message: ProtoEverything, _ registry: LayerRegistry) throws {
    self.init(count: Int(message.count))
    if message.hasChild { child = try registry.layer(from: message.child) }
    others = try message.others.map { try registry.layer(from: $0) }
    if message.hasActivation { activation = try Activation(message.activation) }
    if message.hasKernelInit {
      kernelInit = try registry.value(Initializer.self, from: message.kernelInit)
    }
    sizes = message.sizes.map(Int.init)
    mode = message.mode == .hardEdge ? .hardEdge : .soft
    parts = message.parts.map(Part.init)
    isOn = message.isOn
    key = Array(message.key)
    if case .left(let value)? = message.choice { left = Int(value) }
    if case .right(let value)? = message.choice { right = value }
    half = message.hasHalf ? message.half : nil
    slope = message.hasSlope ? SlopeBias(slope: message.slope.slope) : nil
  }
}

extension Everything.Part {
  init(_ message: ProtoEverything.Part) {
    self.init(width: Int(message.width), inner: message.inner.map(Self.init))
  }
}

/// `h = 0.9 · h + x · kernel`.
struct LeakyCell: RecurrentCell, Equatable {
  var units: Int

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
struct FlatNoise: NoiseDistribution, Equatable {
  var level: Double

  func check() throws(LayerError) {}
  func noise(_ uniform: Value) -> Value { uniform.scaled(by: 0).adding(level) }
}

/// A straight line over distance.
struct SlopeBias: RelativePositionBias, Equatable {
  var slope: Double

  func check(heads: Int, size: Int, for layer: any SequenceLayer) throws(LayerError) {}

  func bias(
    queries: Value, distances: Value, _ context: LayerContext
  ) throws(LayerError) -> Value {
    distances.converted(to: queries.dtype).scaled(by: slope).expandingAxes([1])
      .broadcast(to: [distances.shape[0], queries.shape[2]] + distances.shape.dropFirst())
  }
}

/// Queries, keys and values that are the input itself, once for every head.
struct TiedProjection: HeadProjection, Equatable {
  private func heads(_ x: Value, _ count: Int, _ shape: HeadShape) -> Value {
    let target = [x.shape[0], x.shape[1], count, shape.size]
    return x.converted(to: shape.dtype).expandingAxes([2]).broadcast(to: target)
  }

  func queries(
    _ x: Value, _ shape: HeadShape, _ context: LayerContext
  ) throws(LayerError) -> Value { heads(x, shape.heads, shape) }

  func keysAndValues(
    _ source: Value, _ shape: HeadShape, scope: String, _ context: LayerContext
  ) throws(LayerError) -> (keys: Value, values: Value) {
    let both = heads(source, shape.keyHeads, shape)
    return (both, both)
  }
}

/// Half of the kernel.
struct Halved: KernelReparametrisation, Equatable {
  func apply(
    _ kernel: Value, _ context: LayerContext, trains: Bool
  ) throws(LayerError) -> Value { kernel.scaled(by: 0.5) }
}

extension LayerRegistry {
  /// The library's layers and all of these, as a package registers its own.
  static var withCustomTypes: LayerRegistry {
    get throws { try customTypes.get() }
  }

  private static let customTypes = Result {
    var registry = LayerRegistry.builtIn
    try registry.register(ProtoExtensions_amplify) {
      Amplify(db: $0.db, name: $0.hasName ? $0.name : nil)
    }
    try registry.register(ProtoExtensions_leaky_cell) { LeakyCell(units: Int($0.units)) }
    try registry.register(ProtoExtensions_flat_noise) { FlatNoise(level: $0.level) }
    try registry.register(ProtoExtensions_slope_bias) { SlopeBias(slope: $0.slope) }
    try registry.register(ProtoExtensions_tied_projection) { _ in TiedProjection() }
    try registry.register(ProtoExtensions_halved) { _ in Halved() }
    try registry.register(ProtoExtensions_everything) { try Everything($0, $1) }
    return registry
  }
}
