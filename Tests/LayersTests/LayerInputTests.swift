import Layers
import Programs
import Runtime
import Tensors
import Testing

/// What goes into every layer is recorded while it is traced, whatever combinator holds it.
@Suite struct LayerInputTests {
  /// A stack, and where the inputs of its layers come from: `x` is the input of the root, a path is the
  /// output of that layer, `made` is made by the combinator.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let stack: any SequenceLayer
    let origins: [String: String]
  }

  static let cases: [Case] = [
    Case(
      testDescription: "Serial in Serial",
      stack: Serial([
        Dense(features: 3, name: "a"),
        Serial([Relu(name: "r"), Dense(features: 3, name: "b")], name: "s"),
      ]),
      origins: ["": "x", "a": "x", "s": "a", "s/r": "a", "s/b": "s/r"]),
    Case(
      testDescription: "Parallel",
      stack: Serial([
        Dense(features: 3, name: "a"),
        Parallel([Dense(features: 3, name: "b"), Relu(name: "r")], name: "p"),
        Dense(features: 2, name: "c"),
      ]),
      origins: ["a": "x", "p": "a", "p/b": "a", "p/r": "a", "c": "p"]),
    Case(
      testDescription: "Residual with a shortcut",
      stack: Residual(
        [Dense(features: 3, name: "a"), Relu(name: "r")],
        shortcutLayers: [Dense(features: 3, name: "s")]),
      origins: ["a": "x", "r": "a", "shortcut_layer/s": "x"]),
    Case(
      testDescription: "Repeat",
      stack: Serial([Repeat(layer: Relu(name: "r"), numRepeats: 2, name: "rep")]),
      origins: ["rep": "x", "rep[0]/r": "x", "rep[1]/r": "rep[0]/r"]),
    Case(
      testDescription: "Bidirectional",
      stack: Bidirectional(
        forward: Dense(features: 3, name: "f"), backward: Relu(name: "b")),
      origins: ["f": "x", "b": "made"]),
    Case(
      testDescription: "a combinator that nobody here knows",
      stack: Serial([Doubling(inner: Relu())]),
      origins: ["layers_0": "x", "layers_0/inner": "made"]),
  ]

  @Test("the origin of every input", arguments: cases)
  func origins(_ item: Case) throws {
    let run = try Self.run(item.stack).run
    var found: [String: String] = [:]
    for place in run.layers {
      found[place.path] =
        switch place.input {
        case .root: "x"
        case .output(let path): path
        case .made: "made"
        }
    }
    for (path, origin) in item.origins { #expect(found[path] == origin, "\(path) of \(found)") }
  }

  @Test("a rectifier of its recorded input is its recorded output", arguments: cases)
  func inputsExplainOutputs(_ item: Case) throws {
    let (x, run) = try Self.run(item.stack)
    let rectifiers = run.layers.filter { $0.typeName == "Relu" }
    #expect(!rectifiers.isEmpty)
    for place in rectifiers {
      let input = try #require(run.input(of: place.path, root: x))
      let output = try #require(run.taps[place.path])
      let again = try Model(Relu(), input: input.channelSpec).layer(input).y
      #expect(again.rowDigests == output.rowDigests, "\(place.path)")
    }
  }

  private static func run(
    _ stack: any SequenceLayer
  ) throws -> (x: SequenceTensor, run: RunOutput) {
    let model = try Model(stack, input: ChannelSpec([3]), seed: 3)
    let values = Tensor((0..<42).map { Float($0 % 11) - 5 }, shape: [2, 7, 3])
    let x = try SequenceTensor(values: values, lengths: [7, 5])
    return (x, try model.layer(x, options: RunOptions(taps: true)))
  }
}

/// Runs a layer on twice its input.
private struct Doubling: StatelessLayer {
  var inner: any SequenceLayer

  var children: [LayerChild] { [LayerChild(inner, at: ChildScope("inner"), field: "inner")] }

  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try inner.outputSpec(for: input, constants: constants)
  }

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    let twice = x.mapValues(preservingZero: true) { $0 + $0 }
    return try context.layer(inner, twice, at: ChildScope("inner"))
  }
}
