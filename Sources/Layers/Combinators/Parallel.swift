import Programs
public import Tensors

/// Layers side by side on one input, their outputs combined.
///
/// - Shape: by `combination`: stacked on a new first channel axis, concatenated on the last, or
///   broadcast and added, averaged or multiplied. Without layers the input passes unchanged.
/// - Mask: valid where every layer's output is.
/// - Streaming: all layers must have one latency, or it cannot step.
/// - Throws: ``LayerError`` `.latencyMismatch` on unequal ratios, `.invalidInput` on shapes that do not
///   combine.
/// - Source: sequence_layers/jax/combinators.py `Parallel`. Where branches repeat after different numbers of
///   steps, the original announces the longer ones alone for the steps that the shorter lack.
extension Parallel: CombinatorLayer, BranchedLayer {
  private var scopes: [ChildScope] {
    ChildScope.unique(
      layers, prefix: "layers",
      shares: layers.indices.map { ChildScope.isShared($0, shareScope.values) })
  }

  public var children: [LayerChild] {
    SerialChain(layers, scopes: scopes).children(field: "layers")
  }
  public var stepObstacle: String? {
    SerialChain(layers, scopes: scopes).childObstacle ?? latencyObstacle
  }
  public var blockSize: Int {
    layers.reduce(1) { Rational.leastCommonMultiple($0, $1.blockSize) }
  }
  public var outputRatio: Rational { layers.first?.outputRatio ?? 1 }
  public var inputLatency: Int { layers.first?.inputLatency ?? 0 }
  public var outputLatency: Int { layers.first?.outputLatency ?? 0 }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    layers.isEmpty
      ? [.aligned] : ReceptiveFieldUnion.aligned(layers.map(\.receptiveFieldPerStep))
  }

  public func outputTime(for time: Int) -> Int {
    layers.map { $0.outputTime(for: time) }.min() ?? time
  }

  public func accumulatedInputLatency(_ later: Int) -> Int {
    layers.first?.accumulatedInputLatency(later) ?? later
  }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    var result: Int?
    for (layer, scope) in zip(layers, scopes) {
      let latency: Int
      do { latency = try layer.accumulatedOutputLatency(earlier) } catch {
        throw error.within(scope.path)
      }
      try checkEqual("an accumulated output latency", latency, result ?? latency, scope)
      result = latency
    }
    return result ?? earlier
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkShareScope(shareScope.values, count: layers.count, layer: typeName)
    guard let first = layers.first else { return input }
    var specs: [ChannelSpec] = []
    for (layer, scope) in zip(layers, scopes) {
      do { specs.append(try layer.outputSpec(for: input, constants: constants)) } catch {
        throw error.within(scope.path)
      }
      try checkEqual("an output ratio", layer.outputRatio, first.outputRatio, scope)
    }
    return try combination.combinedSpec(specs, layer: typeName)
  }

  private var branches: BranchLatencies {
    BranchLatencies(chains: zip(layers, scopes).map { SerialChain([$0], scopes: [$1]) })
  }

  package var branchDelays: [Int]? { branches.areEqual ? nil : branches.delays }

  /// Why steps of the layers do not meet, and the delays that make them meet.
  private var latencyObstacle: String? {
    guard !branches.areEqual else { return nil }
    let paths = scopes.map(\.path)
    let found = zip(paths, layers).map { "\($1.inputLatency) in \($0)" }.joined(separator: ", ")
    guard let delays = branches.delays else {
      return
        "latencies are \(found), and outputs do not meet; look for Lookahead in some of them only"
    }
    let cures = zip(paths, delays).filter { $1 > 0 }.map { path, length in
      "\(path) needs \(BranchLatencies.delay(length)) before it, in a Serial"
    }
    return "latencies are \(found); \(cures.joined(separator: ", "))"
  }

  private func checkEqual<T: Equatable>(
    _ what: String, _ value: T, _ expected: T, _ scope: ChildScope
  ) throws(LayerError) {
    guard value == expected else {
      throw LayerError(
        .latencyMismatch(), layer: typeName, found: "\(what) of \(value) in \(scope.path)",
        expected: "the \(expected) of \(scopes[0].path)",
        suggestion: "give them equal strides and rates")
    }
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    for (layer, scope) in zip(layers, scopes) {
      try context.initialState(
        layer, for: input, into: &state, at: scope, latency: context.precedingLatency)
    }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var outputs: [SequenceValue] = []
    for (layer, scope) in zip(layers, scopes) {
      outputs.append(
        try context.step(layer, x, &state, at: scope, latency: context.precedingLatency))
    }
    return outputs.isEmpty ? x : combination.combine(outputs, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var outputs: [SequenceValue] = []
    for (layer, scope) in zip(layers, scopes) {
      outputs.append(try context.layer(layer, x, at: scope))
    }
    return outputs.isEmpty ? x : combination.combine(outputs.cutToShortest(), context)
  }
}

extension [SequenceValue] {
  /// The same sequences without the timesteps that not all of them have.
  func cutToShortest() -> [SequenceValue] {
    let time = map(\.time).min() ?? 0
    return map { $0.slicedTime(from: 0, to: time) }
  }
}
