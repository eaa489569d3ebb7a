public import Tensors

/// A neural-network layer for sequences that runs whole (`layer`) and block by block (`step`) with
/// identical results.
///
/// A layer is a value that describes arithmetic: its three trace functions record operations on
/// symbolic values. They must be pure, and they may not look at data.
///
/// The contract: feed `step` the input padded by `inputLatency` invalid timesteps, in blocks of any
/// multiple of `blockSize`; drop the first `outputLatency` outputs; what remains equals
/// `layer(input)` at every valid timestep, masks included, and no invalid timestep of the input
/// reaches a valid one of the output.
///
/// - Source: SequenceLayers report, arXiv 2507.23292.
public protocol SequenceLayer: Sendable {
  /// The name given by the user; it becomes the last part of the layer's path.
  var name: String? { get }

  /// The name of the kind of layer, such as `Conv1D`.
  var typeName: String { get }

  /// The layers inside, in the order in which they are shown.
  var children: [LayerChild] { get }

  /// The number of layers, itself included, found without listing the copies of repeated ones.
  var layerCount: Int { get }

  /// Why the layer cannot step, in one line, or `nil` when it can.
  var stepObstacle: String? { get }
  /// Steps take any positive multiple of this many timesteps.
  var blockSize: Int { get }
  /// Output timesteps per input timestep.
  var outputRatio: Rational { get }
  /// How many more, invalid, input timesteps it takes to get the last output out of `step`.
  var inputLatency: Int { get }
  /// How many leading outputs of `step` come before the first output of `layer`.
  var outputLatency: Int { get }
  /// The input latency of this layer followed by layers of input latency `later`, in its input steps.
  func accumulatedInputLatency(_ later: Int) -> Int
  /// The output latency of this layer after layers of output latency `earlier`, in its output steps.
  func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int
  /// The inputs that each output depends on: all of them, if others besides.
  var receptiveFieldPerStep: ReceptiveFieldPerStep { get }
  /// How many timesteps `layer` gives for an input of `time`, as far as channels do not decide that.
  func outputTime(for time: Int) -> Int

  /// The parameters in this layer and below that layers behind it may use, by name.
  var sharedTables: ConstantSpecs { get }

  /// The channel shape and dtype of the output. This is where a layer checks its configuration, its
  /// input and its constants: the trace functions are only called when it has not thrown.
  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec

  /// The state before the first step.
  func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState
  /// The output for one or more blocks; replaces the leaves of `state` by their new values.
  func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue
  /// The output for a whole sequence.
  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
}

extension SequenceLayer {
  /// No name.
  public var name: String? { nil }
  /// None.
  public var children: [LayerChild] { [] }
  /// `nil`: the layer can step.
  public var stepObstacle: String? { nil }
  /// 1.
  public var blockSize: Int { 1 }
  /// 1.
  public var outputRatio: Rational { 1 }
  /// 0.
  public var inputLatency: Int { 0 }
  /// The input latency in output steps, rounded towards zero.
  public var outputLatency: Int { (Rational(inputLatency) * outputRatio).truncated }
  /// Those of the children.
  public var sharedTables: ConstantSpecs { children.map(\.layer).sharedTables }
  /// Whether the layer can step.
  public var supportsStep: Bool { stepObstacle == nil }
  /// The name of the layer's type.
  public var typeName: String { "\(Swift.type(of: self))" }

  /// `ceil(time * outputRatio)`.
  public func outputTime(for time: Int) -> Int { (Rational(time) * outputRatio).ceiling }

  /// `ceil(later / outputRatio) + inputLatency`.
  public func accumulatedInputLatency(_ later: Int) -> Int {
    Rational.sum((Rational(later) / outputRatio).ceiling, inputLatency)
  }

  /// `earlier * outputRatio + outputLatency`, where the product must be whole.
  ///
  /// - Throws: ``LayerError`` `.latencyMismatch` with the delay to insert.
  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    let incoming = Rational(earlier) * outputRatio
    guard incoming.isWhole else {
      let factor = outputRatio.denominator
      let delay = Rational.floorModulo(-earlier, factor)
      throw LayerError(
        .latencyMismatch(delay: delay), layer: typeName,
        found: "an incoming output latency of \(earlier)",
        expected: "a multiple of \(factor), because the output ratio is \(outputRatio)",
        suggestion: "insert Delay(length: \(delay), delayLayerOutput: false) before it")
    }
    return Rational.sum(incoming.numerator, outputLatency)
  }
}

/// A layer without state: every output is a function of its aligned inputs, so a step is the layer
/// on a block.
public protocol StatelessLayer: SequenceLayer {}

extension StatelessLayer {
  /// Every output sees its aligned input only.
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    Array(repeating: .aligned, count: max(1, outputRatio.floor))
  }

  /// No leaves.
  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    LayerState()
  }

  /// The layer on a block.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try layer(x, context)
  }
}

/// A stateless layer that keeps rate, channel shape and dtype.
public protocol PointwiseLayer: StatelessLayer {}

extension PointwiseLayer {
  /// The input's.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { input }
}

/// A layer that needs the whole sequence, and so cannot step.
public protocol WholeSequenceLayer: SequenceLayer {}

extension WholeSequenceLayer {
  /// Throws: there is no state to start from.
  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    throw LayerError(
      .notSteppable, layer: typeName, found: "a request to step",
      expected: stepObstacle ?? "layer-wise use only")
  }

  /// Throws.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    throw LayerError(
      .notSteppable, layer: typeName, found: "a request to step",
      expected: stepObstacle ?? "layer-wise use only")
  }
}

extension [any SequenceLayer] {
  /// The tables of all layers; of equal names the last one.
  var sharedTables: ConstantSpecs {
    reduce(into: [:]) { tables, layer in
      tables.merge(layer.sharedTables) { _, later in later }
    }
  }
}
