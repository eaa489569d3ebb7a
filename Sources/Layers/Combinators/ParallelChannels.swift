import Programs
public import Tensors

/// One layer with one set of parameters on groups of neighbouring channels, the results combined.
///
/// - Shape: the last channel axis is cut into `numGroups`; the results are combined as in `Parallel`.
/// - Mask: valid where all groups are.
/// - Streaming: the child's; one state a group.
/// - Throws: ``LayerError`` `.invalidConfig` when `numGroups < 1`, `.invalidInput` when the groups do not
///   divide the last channel axis or there is none.
/// - Source: sequence_layers/jax/combinators.py `ParallelChannels`.
extension ParallelChannels: CombinatorLayer {
  private var scopes: [ChildScope] {
    (0..<max(0, numGroups)).map {
      ChildScope("[\($0)]", parameters: "", emits: "\($0)", sharesParameters: true)
    }
  }

  public var layerCount: Int {
    Rational.sum(1, Rational.product(max(0, numGroups), childLayer.layerCount))
  }
  public var children: [LayerChild] {
    scopes.map { LayerChild(childLayer, at: $0, field: "child_layer") }
  }
  public var stepObstacle: String? { childLayer.stepObstacle }
  public var blockSize: Int { childLayer.blockSize }
  public var outputRatio: Rational { childLayer.outputRatio }
  public var inputLatency: Int { childLayer.inputLatency }
  public var outputLatency: Int { childLayer.outputLatency }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { childLayer.receptiveFieldPerStep }
  public func outputTime(for time: Int) -> Int { childLayer.outputTime(for: time) }

  public func accumulatedInputLatency(_ later: Int) -> Int {
    childLayer.accumulatedInputLatency(later)
  }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    try childLayer.accumulatedOutputLatency(earlier)
  }

  private func groupSpec(_ input: ChannelSpec) throws(LayerError) -> ChannelSpec {
    try require("numGroups", numGroups, atLeast: 1)
    try requireChannelRank(1...Int.max, input, layer: typeName)
    let last = input.shape.count - 1
    guard input.shape[last] % numGroups == 0 else {
      throw .input(
        self, found: "\(input.shape[last]) channels on the last axis",
        expected: "a multiple of the \(numGroups) groups")
    }
    return ChannelSpec(input.shape[..<last] + [input.shape[last] / numGroups], input.dtype)
  }

  private func groups(_ x: SequenceValue) -> [SequenceValue] {
    let last = x.values.rank - 1
    let size = x.values.shape[last] / numGroups
    return (0..<numGroups).map { index in
      x.mapValues(preservingZero: true) {
        $0.sliced(axis: last, from: index * size, to: (index + 1) * size)
      }
    }
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let group = try groupSpec(input)
    let spec: ChannelSpec
    do { spec = try childLayer.outputSpec(for: group, constants: constants) } catch {
      throw error.within(scopes[0].path)
    }
    return try combination.combinedSpec(
      Array(repeating: spec, count: numGroups), layer: typeName)
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    let spec = try groupSpec(input)
    for scope in scopes {
      try context.initialState(
        childLayer, for: spec, into: &state, at: scope, latency: context.precedingLatency)
    }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var results: [SequenceValue] = []
    for (group, scope) in zip(groups(x), scopes) {
      results.append(
        try context.step(
          childLayer, group, &state, at: scope, latency: context.precedingLatency))
    }
    return combination.combine(results, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var results: [SequenceValue] = []
    for (group, scope) in zip(groups(x), scopes) {
      results.append(try context.layer(childLayer, group, at: scope))
    }
    return combination.combine(results, context)
  }
}
