import Programs
public import Tensors

/// The sum of a body and a shortcut: `y = body(x) + shortcut(x)`.
///
/// - Shape: body and shortcut must give equal channel shapes; nothing is broadcast. With `projectShortcut`, an
///   input of another shape than the body's output goes through `DenseShaped`, with parameters
///   `residual_projection/kernel` and `bias`, if there is no shortcut.
/// - Mask: valid where both are.
/// - Streaming: body and shortcut must have equal latencies, or it cannot step; a body that looks ahead
///   needs an equal `Delay(…, delayLayerOutput: false)` in the shortcut.
/// - Throws: ``LayerError`` `.latencyMismatch` on unequal ratios, `.invalidInput` on unequal output
///   shapes.
/// - Source: sequence_layers/jax/combinators.py `Residual`; with `projectShortcut`
///   sequence_layers/tensorflow/combinators.py `Residual`.
extension Residual: CombinatorLayer, BranchedLayer {
  private var body: SerialChain {
    SerialChain(layers, prefix: "layers", shareScope: shareScope.values).emitting(below: "0")
  }

  /// The shortcut's layers: their parameters lie below `shortcut_layer`.
  private var shortcut: SerialChain {
    SerialChain(shortcutLayers, prefix: "layers").below("shortcut_layer", emits: "1")
  }

  /// The shortcut with the projection that an input of these channels needs.
  private func shortcut(
    for input: ChannelSpec, _ constants: ConstantSpecs
  ) throws(LayerError) -> SerialChain {
    guard projectShortcut, shortcutLayers.isEmpty else { return shortcut }
    let output = try body.outputSpec(for: input, constants: constants)
    guard output.shape != input.shape else { return shortcut }
    return SerialChain(
      [DenseShaped(outputShape: Dims(output.shape), kernelInit: .glorotUniform)],
      scopes: [ChildScope("residual_projection")])
  }

  public var children: [LayerChild] {
    body.children(field: "layers") + shortcut.children(field: "shortcut_layers")
  }
  public var stepObstacle: String? {
    body.stepObstacle ?? shortcut.stepObstacle ?? latencyObstacle
  }
  public var blockSize: Int { Rational.leastCommonMultiple(body.blockSize, shortcut.blockSize) }
  public var outputRatio: Rational { body.outputRatio }
  public var inputLatency: Int { body.inputLatency }
  public var outputLatency: Int { body.outputLatency }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    ReceptiveFieldUnion.aligned([body.receptiveFieldPerStep, shortcut.receptiveFieldPerStep])
  }

  public func outputTime(for time: Int) -> Int { body.outputTime(for: time) }

  public func accumulatedInputLatency(_ later: Int) -> Int { body.accumulatedInputLatency(later) }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    let (main, side) = (
      try body.accumulatedOutputLatency(earlier), try shortcut.accumulatedOutputLatency(earlier)
    )
    try checkEqual("an accumulated output latency", main, side)
    return main
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkShareScope(shareScope.values, count: layers.count, layer: typeName)
    let main = try body.outputSpec(for: input, constants: constants)
    let side = try shortcut(for: input, constants).outputSpec(for: input, constants: constants)
    try checkEqual("an output ratio", body.outputRatio, shortcut.outputRatio)
    guard main.shape == side.shape else {
      throw LayerError(
        .invalidInput, layer: typeName,
        found: "a body output of \(main.shape.shapeText), a shortcut of \(side.shape.shapeText)",
        expected: "equal channel shapes",
        suggestion:
          "end the body with Dense(features: \(side.shape.last ?? 1)) or set projectShortcut")
    }
    return ChannelSpec(main.shape, DType.promoted(main.dtype, side.dtype))
  }

  package var branchDelays: [Int]? {
    let branches = BranchLatencies(chains: [body, shortcut])
    return branches.areEqual ? nil : branches.delays
  }

  /// Why steps of body and shortcut do not meet, and the delay that makes them meet.
  private var latencyObstacle: String? {
    let branches = BranchLatencies(chains: [body, shortcut])
    guard !branches.areEqual else { return nil }
    let (main, side) = (body.inputLatency, shortcut.inputLatency)
    let found = "the body has a latency of \(main) timesteps, the shortcut of \(side)"
    guard let delays = branches.delays else {
      return "\(found), and their outputs do not meet; look for Lookahead in one of them only"
    }
    if delays[1] > 0, shortcutLayers.isEmpty {
      return "\(found); set shortcutLayers: [\(BranchLatencies.delay(delays[1]))]"
    }
    let (place, length) = delays[1] > 0 ? ("shortcutLayers", delays[1]) : ("layers", delays[0])
    return "\(found); put \(BranchLatencies.delay(length)) first into its \(place)"
  }

  private func checkEqual<T: Equatable>(_ what: String, _ main: T, _ side: T) throws(LayerError) {
    guard main == side else {
      throw LayerError(
        .latencyMismatch(), layer: typeName, found: "\(what) of \(main) in the body",
        expected: "the \(side) of the shortcut",
        suggestion: "give them equal strides and rates")
    }
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    try body.initialState(for: input, into: &state, context)
    try shortcut(for: input, context.knownConstants)
      .initialState(for: input, into: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let main = try body.step(x, &state, context)
    let side = try shortcut(for: x.channelSpec, context.knownConstants).step(x, &state, context)
    return CombinationMode.add.combine([main, side], context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let main = try body.layer(x, context)
    let side = try shortcut(for: x.channelSpec, context.knownConstants).layer(x, context)
    guard main.time == side.time else {
      throw LayerError(
        .invalidInput, layer: typeName,
        found: "a body of \(main.time) and a shortcut of \(side.time) timesteps",
        expected: "equal lengths",
        suggestion: "pad alike in both, for example .same or .causal instead of .valid")
    }
    return CombinationMode.add.combine([main, side], context)
  }
}

extension SerialChain {
  /// The same chain with its emits under another element.
  func emitting(below element: String) -> SerialChain {
    var chain = self
    for index in scopes.indices {
      chain.scopes[index].emits = LayerPath.join(element, scopes[index].emits)
    }
    return chain
  }

  /// The same chain below a path element of its own.
  func below(_ element: String, emits: String) -> SerialChain {
    var chain = emitting(below: emits)
    for index in scopes.indices {
      chain.scopes[index].path = LayerPath.join(element, scopes[index].path)
      chain.scopes[index].parameters = LayerPath.join(element, scopes[index].parameters)
    }
    return chain
  }
}
