import Programs
import Tensors

/// Layers applied one after the other: the arithmetic that Serial, Residual, Repeat and the networks
/// inside attention share.
struct SerialChain: Sendable {
  var layers: [any SequenceLayer]
  var scopes: [ChildScope]

  /// A chain whose children are named `name`, or `<prefix>_<index>`.
  init(_ layers: [any SequenceLayer], prefix: String, shareScope: [Bool] = []) {
    self.layers = layers
    scopes = ChildScope.unique(
      layers, prefix: prefix,
      shares: layers.indices.map { ChildScope.isShared($0, shareScope) })
  }

  /// A chain beside others in one scope, whose children have taken names.
  init(_ layers: [any SequenceLayer], prefix: String, beside others: SerialChain) {
    self.layers = layers
    scopes = ChildScope.unique(
      layers, prefix: prefix, shares: layers.map { _ in false },
      taken: Set(others.scopes.map(\.path)))
  }

  /// A chain with given scopes.
  init(_ layers: [any SequenceLayer], scopes: [ChildScope]) {
    self.layers = layers
    self.scopes = scopes
  }

  /// The layers as children that a config field holds; `isOne` where all are copies of one layer.
  func children(field: String, isOne: Bool = false) -> [LayerChild] {
    zip(layers, scopes).enumerated().map { index, child in
      LayerChild(child.0, at: child.1, field: field, position: isOne ? 0 : index)
    }
  }

  var stepObstacle: String? { childObstacle ?? latencyObstacle }

  /// Why one of the layers cannot step.
  var childObstacle: String? {
    for (layer, scope) in zip(layers, scopes) {
      if let obstacle = layer.stepObstacle { return "\(scope.path): \(obstacle)" }
    }
    return nil
  }

  /// What stands against steps where layers have latencies that later ones cannot take.
  var latencyObstacle: String? {
    do { _ = try latencies(after: 0) } catch { return "\(error)" }
    return nil
  }

  var outputRatio: Rational { layers.reduce(1) { $0 * $1.outputRatio } }

  var blockSize: Int {
    var block: Rational = 1
    var ratio: Rational = 1
    for layer in layers {
      block = Rational.leastCommonMultiple(block * ratio, Rational(layer.blockSize)) / ratio
      ratio = ratio * layer.outputRatio
    }
    // Always whole, unless numbers beyond all use were cut off; outputSpec refuses those.
    return block.ceiling
  }

  var inputLatency: Int { accumulatedInputLatency(0) }

  func accumulatedInputLatency(_ later: Int) -> Int {
    layers.reversed().reduce(later) { $1.accumulatedInputLatency($0) }
  }

  /// 0 where the layers' latencies do not fit each other; tracing reports that.
  var outputLatency: Int { (try? accumulatedOutputLatency(0)) ?? 0 }

  func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    try latencies(after: earlier)[layers.count]
  }

  /// The output latency accumulated before each layer, and after the last.
  func latencies(after earlier: Int) throws(LayerError) -> [Int] {
    var result = [earlier]
    for (layer, scope) in zip(layers, scopes) {
      do {
        result.append(try layer.accumulatedOutputLatency(result[result.count - 1]))
      } catch { throw error.within(scope.path) }
    }
    return result
  }

  var receptiveFieldPerStep: ReceptiveFieldPerStep { ReceptiveFieldChain.compose(layers) }

  func outputTime(for time: Int) -> Int { layers.reduce(time) { $1.outputTime(for: $0) } }

  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    var spec = input
    let known = constants.merging(layers.sharedTables) { given, _ in given }
    for (layer, scope) in zip(layers, scopes) {
      do {
        spec = try layer.outputSpec(for: spec, constants: known)
        try Self.checkSize(spec, of: layer)
      } catch { throw error.within(scope.path) }
    }
    try checkRates()
    return spec
  }

  /// Channels multiply along a chain; so bounded, the next layer can work out its own.
  private static func checkSize(
    _ spec: ChannelSpec, of layer: any SequenceLayer
  ) throws(LayerError) {
    guard spec.shape.elementCount <= 1 << 32 else {
      throw LayerError(
        .invalidConfig, layer: layer.typeName, found: "an output of \(spec)",
        expected: "at most \(1 << 32) elements a timestep")
    }
  }

  /// Rates, blocks and latencies multiply along a chain; those that no memory holds are refused.
  private func checkRates() throws(LayerError) {
    let ratio = outputRatio
    for (what, count) in [
      ("a block", blockSize), ("an output ratio", max(ratio.numerator, ratio.denominator)),
      ("an input latency", inputLatency),
    ] {
      guard count <= fieldLimit else {
        throw LayerError(
          .invalidConfig, layer: "Serial", found: "\(what) of \(count) timesteps",
          expected: "at most \(fieldLimit)", suggestion: "use smaller strides and rates")
      }
    }
  }

  func initialState(
    for input: ChannelSpec, into state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) {
    var spec = input
    let latencies = try latencies(after: context.precedingLatency)
    for index in layers.indices {
      try context.initialState(
        layers[index], for: spec, into: &state, at: scopes[index], latency: latencies[index])
      do {
        spec = try layers[index].outputSpec(for: spec, constants: context.knownConstants)
      } catch { throw error.within(scopes[index].path) }
    }
  }

  func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var y = x
    let latencies = try latencies(after: context.precedingLatency)
    for index in layers.indices {
      y = try context.step(
        layers[index], y, &state, at: scopes[index], latency: latencies[index])
    }
    return y
  }

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    var y = x
    for index in layers.indices { y = try context.layer(layers[index], y, at: scopes[index]) }
    return y
  }
}

extension ChildScope {
  /// Whether child `index` shares its parent's parameter scope: one flag for all, or one a child.
  static func isShared(_ index: Int, _ shareScope: [Bool]) -> Bool {
    shareScope.count == 1 ? shareScope[0] : shareScope.indices.contains(index) && shareScope[index]
  }

  /// Scopes of siblings: parameters by name, instances and emits with `_1`, `_2`, … behind names that
  /// were taken before.
  static func unique(
    _ layers: [any SequenceLayer], prefix: String, shares: [Bool], taken: Set<String> = []
  ) -> [ChildScope] {
    var taken = taken
    return layers.enumerated().map { index, layer in
      let name = layer.name ?? "\(prefix)_\(index)"
      var unique = name
      var suffix = 0
      while !taken.insert(unique).inserted {
        suffix += 1
        unique = "\(name)_\(suffix)"
      }
      return ChildScope(
        unique, parameters: shares[index] ? "" : name, emits: unique,
        sharesParameters: shares[index])
    }
  }
}
