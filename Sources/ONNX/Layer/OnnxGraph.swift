public import Layers
import Programs
import Serialization
public import Tensors
import Weights

/// The graph of an ONNX file as a layer: `layer` runs it on the whole sequence, `step` on one block, with
/// states that its outputs give and its inputs take.
///
/// Weights are parameters, named as in the file; what nodes give is shown in the tree of scopes.
///
/// - Shape: `[b, t, …c] -> [b, t·r, …c]`: the graph's own layout is arranged so that time comes behind the
///   batch. Rows are run one by one, so a batch of 1 in the file is no limit.
/// - Mask: valid where the aligned input is; invalid timesteps are 0 to the graph.
/// - Streaming: block `block`, or `hop` where the graph takes windows; states as `states` pairs inputs and
///   outputs, at first 0; with overlapping windows the timesteps of the past, `window [b, n, …c]`. A graph
///   that takes one block only is repeated for the whole sequence: then both ways are one computation, and only
///   `offline`, another export, gives a result to hold them against.
/// - Throws: ``OnnxError`` for a file that cannot be read or uses what is not supported.
/// - Source: onnx.ai/onnx/operators, operator sets 11 to 24.
public struct OnnxGraph: SequenceLayer, Equatable {
  /// What the fields of the layer say.
  package struct Config: Hashable, Sendable {
    package var file = ""
    package var input: String?
    package var output: String?
    package var block = 1
    package var window: Int?
    package var hop: Int?
    package var timeAxis: Int?
    package var fixed: [String] = []
    package var states: [String] = []
    package var name: String?
    package var offline: String?

    package init() {}
  }

  package let config: Config
  package let source: OnnxSource
  let interface: GraphInterface
  let layout: OutputLayout
  let parts: [OnnxPart]
  /// What gives the result on the whole sequence, where that is another file.
  let offline: OfflineExport?

  /// Opens a graph.
  ///
  /// - Parameters:
  ///   - file: The path of the `.onnx` file.
  ///   - input: The input that takes the sequence; the first that is no state.
  ///   - output: The output that is the sequence; the first that is no state.
  ///   - block: Timesteps of a step, where the graph takes any number.
  ///   - window: Timesteps that a run sees, those of the past among them.
  ///   - hop: Timesteps from one window to the next.
  ///   - timeAxis: The axis of time in the input.
  ///   - fixed: Values of inputs that stay the same, such as `sr=16000`.
  ///   - states: Pairs `INPUT=OUTPUT`; found by names where none is given.
  ///   - name: Scope of the layer.
  ///   - offline: Another export of the model, which gives the result on the whole sequence.
  /// - Throws: ``OnnxError``.
  public init(
    file: String, input: String? = nil, output: String? = nil, block: Int = 1, window: Int? = nil,
    hop: Int? = nil, timeAxis: Int? = nil, fixed: [String] = [], states: [String] = [],
    name: String? = nil, offline: String? = nil
  ) throws {
    var config = Config()
    config.file = file
    (config.input, config.output, config.block) = (input, output, block)
    (config.window, config.hop, config.timeAxis) = (window, hop, timeAxis)
    (config.fixed, config.states, config.name) = (fixed, states, name)
    config.offline = offline
    try self.init(config, OnnxSource.disk(file), offline: offline.map(OnnxSource.disk))
  }

  package init(_ config: Config, _ source: OnnxSource, offline: OnnxSource? = nil) throws {
    self.config = config
    self.source = source
    var interface = try GraphInterface(source, config)
    let layout: OutputLayout
    do { layout = try OutputLayout(source, interface) } catch {
      guard let block = interface.blockOfOutput(source) else { throw error }
      interface.block = block
      interface.notes.append(
        "block \(block): as many timesteps as one of \(interface.output) stands for")
      layout = try OutputLayout(source, interface)
    }
    // What nothing in the graph counts goes on at the pace of the output.
    if interface.countsTimesteps { interface.rate = layout.ratio }
    (self.interface, self.layout) = (interface, layout)
    parts = try OnnxPart.tree(source, interface, layout)
    self.offline = try offline.map { try OfflineExport($0, of: source, interface, layout) }
  }

  public static func == (a: OnnxGraph, b: OnnxGraph) -> Bool {
    a.config == b.config && a.source.digest == b.source.digest
      && a.offline?.graph.source.digest == b.offline?.graph.source.digest
  }

  /// What the graph takes a timestep.
  package var inputSpec: ChannelSpec {
    let isFloating = OnnxElementType.stored(interface.input.elementType)?.dtype.isFloating ?? true
    return ChannelSpec(interface.channels, isFloating ? .float32 : .int32)
  }

  public var name: String? { config.name }
  public var children: [LayerChild] { parts.enumerated().map { $1.child(at: $0) } }
  public var blockSize: Int { interface.block }
  public var outputRatio: Rational { layout.ratio }

  public var stepObstacle: String? {
    for (index, (pair, type)) in zip(interface.states, stepStates).enumerated()
    where type.input != type.output && interface.growingAxis(index) == nil {
      return
        "the state \(pair.output) is \(type.output) where \(pair.input) takes \(type.input): a state of another length"
    }
    return nil
  }

  /// What states are in a step of one block.
  private var stepStates: [(input: ValueType, output: ValueType)] {
    (try? source.outline(interface, time: interface.runTime))?.states ?? []
  }

  /// Past and block: an output of a step may see the whole block.
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    let count = max(1, (Rational(blockSize) * outputRatio).floor)
    return (0..<count).map { index in
      let aligned = (Rational(index) / outputRatio).floor
      return ReceptiveField(-.infinity, Double(max(0, blockSize - 1 - aligned)))
    }
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard input.shape == interface.channels, input.dtype != .complex64,
      inputSpec.dtype.isFloating ? input.dtype.isFloating : input.dtype.isInteger
    else {
      throw LayerError(
        .invalidInput, layer: typeName, found: "an input of \(input) a timestep",
        expected:
          "\(inputSpec): \(interface.input.name) is \(interface.input.shapeText), time on axis \(interface.timeAxis)"
      )
    }
    return ChannelSpec(layout.channels, layout.dtype)
  }
}

extension GraphInterface {
  /// The timesteps that a run of one block takes.
  var runTime: Int {
    switch geometry {
    case .frames: block
    case .single: 1
    case .window(let size, _): size
    }
  }
}

extension LayerError {
  /// A mistake in a graph as the mistake of its layer.
  init(_ error: any Error, _ layer: OnnxGraph) {
    if let known = error as? LayerError {
      self = known
    } else if let known = error as? OnnxError {
      self.init(
        .invalidInput, layer: layer.typeName, found: "\(known.path): \(known.found)",
        expected: known.expected ?? "what the graph can do", suggestion: known.suggestion)
    } else {
      self.init(
        .invalidInput, layer: layer.typeName, found: "\(error)",
        expected: "a graph that can be traced")
    }
  }
}
